/* SPDX-License-Identifier: GPL-2.0-only */
/* shared.c - what two threads use at once, used by two at once; the thread sanitizer looks
 * on in make tsan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include "tests/unit/sample.h"
#include "user/serve/metrics.h"
#include "user/enrich/rule_cache.h"
#include "user/enrich/xt_seen.h"
#include "user/serve/outlet.h"

#define TURNS 400

/* Another thread does something over and over until the first has done its own TURNS. */
struct other {
	void (*turn)(void *arg, unsigned int i);
	void *arg;
	atomic_bool enough;
	unsigned int turns;
};

static void *go_on(void *arg)
{
	struct other *o = arg;

	while (!atomic_load(&o->enough) || o->turns < TURNS)
		o->turn(o->arg, o->turns++);
	return NULL;
}

static void both(void (*one)(void *, unsigned int), void (*two)(void *, unsigned int), void *arg)
{
	struct other other = { .turn = two, .arg = arg };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, go_on, &other), 0);
	for (unsigned int i = 0; i < TURNS; i++)
		one(arg, i);
	atomic_store(&other.enough, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(other.turns >= TURNS);
}

/* ---- metrics: the worker counts, the server renders ---- */

static struct ur_kind_set kinds[UR_KIND_SETS + 1];
static struct ur_flow_cell flows[UR_FLOWS_MAX];
static struct ur_tally *tally;

static void explain(void *arg, unsigned int i)
{
	static struct ur_evidence ev;
	static struct ur_report report;
	const struct ur_totals totals = { .explained = i };

	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", (uint16_t)(8000 + i % 50));
	ur_verdict_decide(&ev, &report);
	ur_metrics_event(arg, &ev, &report, i + 1);
	ur_metrics_totals(arg, &totals);
	ur_metrics_count(arg, tally, 0, i + 1);
}

static void render(void *arg, unsigned int i)
{
	const struct ur_metrics_hooks hooks = { i, 2, 3, 4 };
	const struct ur_metrics_now now = { .version = "1", .mono_ns = i };
	ur_cleanup(ur_freep) char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ur_metrics_beat(arg, i);
	ur_metrics_programs(arg, true, i, &hooks);
	assert_int_equal(
		ur_metrics_render(arg, &now, i % 2 ? UR_FORM_TEXT : UR_FORM_OPENMETRICS, out), 0);
	fclose(out);
	assert_non_null(strstr(text, "unreach_hooks{state=\"waiting\"} 2\n"));
}

static void metrics(void **state)
{
	const struct ur_counts counts = { kinds, flows };
	ur_cleanup(ur_metrics_freep) struct ur_metrics *m = NULL;

	(void)state;
	assert_int_equal(ur_tally_new(&counts, &tally), 0);
	assert_int_equal(ur_metrics_new(&m), 0);
	both(explain, render, m);
	ur_tally_free(tally);
}

/* ---- texts of rules: one thread reads them ahead, another wants them ---- */

static struct ur_rule_key key_of(unsigned int i)
{
	return (struct ur_rule_key){ .netns = 1, .cookie = 2, .table = 3, .rule = i % 40 };
}

static void put_text(void *arg, unsigned int i)
{
	const struct ur_rule_span span = { .first = i, .last = i, .digest = i % 40 };
	const struct ur_rule_key key = key_of(i);
	static struct ur_rule_text text;

	snprintf(text.text, sizeof(text.text), "udp dport %u reject", i % 40);
	assert_int_equal(ur_rule_cache_put(arg, &key, &text, &span), 0);
	if (i % 100 == 99)
		ur_rule_cache_clear(arg);
}

static void get_text(void *arg, unsigned int i)
{
	const struct ur_rule_key key = key_of(i);
	static struct ur_rule_text text;
	struct ur_rule_span span;
	char want[64];

	snprintf(want, sizeof(want), "udp dport %u reject", i % 40);
	ur_rule_cache_confirm(arg, &key, i % 40, i);
	if (ur_rule_cache_get(arg, &key, &text, &span))
		assert_string_equal(text.text, want);
	assert_true(ur_rule_cache_size(arg) <= 4000);
}

static void texts(void **state)
{
	ur_cleanup(ur_rule_cache_freep) struct ur_rule_cache *cache = NULL;

	(void)state;
	assert_int_equal(ur_rule_cache_new(4000, &cache), 0);
	both(put_text, get_text, cache);
}

static void see(void *arg, unsigned int i)
{
	const struct ur_xt_when when = { 1, 2, false, i };

	ur_xt_seen_put(arg, &when, i % 7, 3);
	ur_xt_seen_ahead(arg, &when, i % 7, i % 2 ? "busy" : "");
	if (i % 100 == 99)
		ur_xt_seen_netns_gone(arg, UR_NETNS_ANY);
}

static void look(void *arg, unsigned int i)
{
	const struct ur_xt_when when = { 1, 2, false, i };
	struct ur_xt_content content = {};

	if (ur_xt_seen_get(arg, &when, &content))
		assert_int_equal(content.digest, i % 7);
	if (ur_xt_seen_find(arg, &when, 3, &content))
		assert_int_equal(content.entries, 3);
}

static void tables(void **state)
{
	ur_cleanup(ur_xt_seen_freep) struct ur_xt_seen *seen = NULL;

	(void)state;
	assert_int_equal(ur_xt_seen_new(&seen), 0);
	both(see, look, seen);
}

/* ---- the log: the worker puts lines there, a thread of its own writes them, a third counts ---- */

static void put_line(void *arg, unsigned int i)
{
	char line[32];

	ur_outlet_put(arg, line, (size_t)snprintf(line, sizeof(line), "line %u\n", i));
}

static void count_lines(void *arg, unsigned int i)
{
	const struct ur_outlet_counts counts = ur_outlet_counts(arg);

	(void)i;
	assert_true(counts.written + counts.full <= TURNS);
}

static void lines(void **state)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct ur_outlet_counts counts;
	struct ur_outlet *o;

	(void)state;
	assert_int_equal(ur_outlet_new(fd, 4096, &o), 0);
	assert_int_equal(ur_outlet_start(o), 0);
	both(put_line, count_lines, o);
	counts = ur_outlet_close(o, 10000);
	assert_int_equal(counts.written + counts.full, TURNS);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics),
		cmocka_unit_test(texts),
		cmocka_unit_test(tables),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
