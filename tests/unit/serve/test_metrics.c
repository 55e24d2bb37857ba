/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "tests/unit/sample.h"
#include "user/serve/metrics.h"

#define S UINT64_C(1000000000)

static struct ur_kind_set kinds[UR_KIND_SETS + 1];
static struct ur_flow_cell flows[UR_FLOWS_MAX];
static struct ur_metrics *metrics;
static struct ur_tally *tally;
static struct ur_evidence ev;
static struct ur_report report;

static int start(void **state)
{
	const struct ur_counts counts = { kinds, flows };

	(void)state;
	memset(kinds, 0, sizeof(kinds));
	return ur_tally_new(&counts, &tally) ?: ur_metrics_new(&metrics);
}

static int stop(void **state)
{
	(void)state;
	ur_metrics_free(metrics);
	ur_tally_free(tally);
	return 0;
}

/* The rendering has this line, or has it not. */
static void shows(const char *line, bool want)
{
	const struct ur_metrics_now now = { .version = "1", .mono_ns = 100 * S };
	ur_cleanup(ur_freep) char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(ur_metrics_render(metrics, &now, UR_FORM_TEXT, out), 0);
	fclose(out);
	if (!strstr(text, line) == want)
		fail_msg("%s is %s in:\n%s", line, want ? "not" : "", text);
}

/* As the kernel side counts. */
static void decide(size_t place, uint16_t port, uint32_t out, uint64_t n, uint64_t now)
{
	struct ur_kind *k = &kinds[0].kind[place];

	k->key = (struct ur_kind_key){ .netns_inum = 4026531840,
				       .family = 4,
				       .type = 3,
				       .code = 3,
				       .proto = 17,
				       .dport = port,
				       .answer = UR_ANSWER_ICMP,
				       .origin = UR_ORIGIN_UDP_MISS };
	k->count[out] += n;
	k->last_ns = now;
}

static void explain(const char *netns, uint32_t count, uint64_t now)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	sample_netns(&ev, netns);
	ev.count = count;
	ur_verdict_decide(&ev, &report);
	ur_metrics_event(metrics, &ev, &report, now);
}

#define ANSWERS(netns, outcome)                                                             \
	"\nunreach_answers_total{netns=\"" netns "\",family=\"ipv4\",proto=\"udp\",code=\"" \
	"port-unreachable\",outcome=\"" outcome "\"} "
#define CAUSES(netns) \
	"\nunreach_causes_total{netns=\"" netns "\",proto=\"udp\",cause=\"socket.none\"} "

static void counts(void **state)
{
	(void)state;
	explain("web", 1, S);
	decide(0, 8125, UR_OUT_SENT, 10, S);
	decide(1, 8126, UR_OUT_PEER, 20, S);
	decide(1, 8126, UR_OUT_UNSEEN, 1, S);
	decide(1, 8126, UR_OUT_EARLY, 2, S);
	ur_metrics_count(metrics, tally, 0, 2 * S);
	shows(ANSWERS("web", "sent") "10\n", true);
	shows(ANSWERS("web", "suppressed") "22\n", true);
	shows(ANSWERS("web", "unknown") "1\n", true);
	shows(CAUSES("web") "1\n", true);
	shows("\nunreach_ports_total{netns=\"web\",proto=\"udp\",port=\"8126\"} ", true);
	shows("port=\"8125\"", false); /* not often enough */
	decide(0, 8125, UR_OUT_SENT, 1, 3 * S);
	ur_metrics_count(metrics, tally, UR_MISSING_OUTCOME_PUSH, 3 * S);
	ur_metrics_count(metrics, tally, 0, 3 * S);
	shows(ANSWERS("web", "sent") "11\n", true);
	explain("web", 30, 4 * S);
	shows(CAUSES("web") "31\n", true);
}

/* Where hooks are missing, nothing is said to be suppressed that may have been sent. */
static void blind(void **state)
{
	(void)state;
	explain("web", 1, S);
	decide(0, 8125, UR_OUT_EARLY, 3, S);
	ur_metrics_count(metrics, tally, UR_MISSING_OUTCOME_PUSH, S);
	shows(ANSWERS("web", "unknown") "3\n", true);
	shows(ANSWERS("web", "suppressed"), false);
}

/* A reset passes no limit of ICMP's. */
static void resets(void **state)
{
	(void)state;
	explain("web", 1, S);
	decide(0, 443, UR_OUT_EARLY, 3, S);
	kinds[0].kind[0].key.proto = 6;
	kinds[0].kind[0].key.answer = UR_ANSWER_RST;
	kinds[0].kind[0].key.origin = UR_ORIGIN_TCP_MISS;
	ur_metrics_count(metrics, tally, UR_MISSING_OUTCOME_GLOBAL, S);
	shows("proto=\"tcp\",code=\"tcp-reset\",outcome=\"suppressed\"} 3\n", true);
	kinds[0].kind[0].count[UR_OUT_EARLY] += 2;
	ur_metrics_count(metrics, tally, UR_MISSING_OUTCOME_PUSH, 2 * S);
	shows("proto=\"tcp\",code=\"tcp-reset\",outcome=\"unknown\"} 2\n", true);
}

/* The kernel side may count before the event is looked at that names the namespace. */
static void named_later(void **state)
{
	(void)state;
	decide(0, 8125, UR_OUT_SENT, 10, 20 * S);
	assert_false(ur_metrics_count(metrics, tally, 0, 21 * S));
	shows("family=\"ipv4\"", false);
	explain("web", 1, 22 * S);
	assert_true(ur_metrics_count(metrics, tally, 0, 22 * S));
	shows(ANSWERS("web", "sent") "10\n", true);
}

static void never_named(void **state)
{
	(void)state;
	decide(0, 8125, UR_OUT_SENT, 10, 20 * S);
	assert_true(ur_metrics_count(metrics, tally, 0, 31 * S));
	shows(ANSWERS("4026531840", "sent") "10\n", true);
	explain(NULL, 1, 32 * S); /* looked at, and it has no name */
	shows(CAUSES("4026531840") "1\n", true);
}

/* What the kernel side had no place for. */
static void overflow(void **state)
{
	(void)state;
	kinds[UR_KIND_SETS].kind[1].count[UR_OUT_SENT] = 5;
	ur_metrics_count(metrics, tally, 0, S);
	shows("\nunreach_answers_total{netns=\"other\",family=\"other\",proto=\"other\",code=\"other\","
	      "outcome=\"other\"} 5\n",
	      true);
}

/* A name that would break out of its quotes, its line, or the terminal. */
static void hostile(void **state)
{
	(void)state;
	explain("a\"} 1\nevil 2\n\033[2J\\", 1, S);
	shows("\nevil", false);
	shows("\033", false);
	shows("{netns=\"a\\\"} 1\\\\x0aevil 2\\\\x0a\\\\x1b[2J\\\\\",proto=\"udp\",", true);
}

/* Churn: names come and go by the thousand. */
static void bounded(void **state)
{
	char name[32];

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "pod-%u", i);
		sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
		sample_netns(&ev, name);
		ev.ev.netns_inum = 1000 + i;
		ur_metrics_event(metrics, &ev, &report, S + i);
	}
	shows("netns=\"pod-255\"", true);
	shows("netns=\"pod-256\"", false);
	shows("\nunreach_causes_total{netns=\"other\",proto=\"other\",cause=\"other\"} 4744\n",
	      true);
}

static void none(void **state)
{
	(void)state;
	ur_metrics_event(NULL, &ev, &report, 1);
	ur_metrics_totals(NULL, &(struct ur_totals){});
	ur_metrics_free(NULL);
}

static void alive(void **state)
{
	const struct ur_metrics_hooks hooks = { 1, 2, 3, 4 };

	(void)state;
	ur_metrics_beat(metrics, 98 * S);
	assert_int_equal(ur_metrics_age(metrics, 100 * S), 2 * S);
	assert_int_equal(ur_metrics_age(metrics, 97 * S), 0);
	shows("\nunreach_drain_age_seconds 2.000\n", true);
	shows("unreach_programs_missed", false);
	ur_metrics_programs(metrics, true, 7, &hooks);
	shows("\nunreach_programs_missed_total 7\n", true);
	shows("\nunreach_hooks{state=\"waiting\"} 2\n", true);
	shows("\nunreach_hooks{state=\"failed\"} 4\n", true);
	ur_metrics_totals(metrics, &(struct ur_totals){ .restarts = 5 });
	shows("\nunreach_restarts_total 5\n", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts, start, stop),
		cmocka_unit_test_setup_teardown(blind, start, stop),
		cmocka_unit_test_setup_teardown(resets, start, stop),
		cmocka_unit_test_setup_teardown(named_later, start, stop),
		cmocka_unit_test_setup_teardown(never_named, start, stop),
		cmocka_unit_test_setup_teardown(overflow, start, stop),
		cmocka_unit_test_setup_teardown(hostile, start, stop),
		cmocka_unit_test_setup_teardown(bounded, start, stop),
		cmocka_unit_test(none),
		cmocka_unit_test_setup_teardown(alive, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
