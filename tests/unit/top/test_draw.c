/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/capture.h"
#include "user/base/columns.h"
#include "user/top/top.h"

#define T0 1795229120

static struct ur_top top;
static struct ur_top_view view;
static struct capture c;

static void add(enum ur_digest_kind kind, const char *key, uint64_t count, const char *why)
{
	struct ur_digest_table *t = &view.digest.table[kind];
	struct ur_digest_entry *e = &t->entry[t->n++];

	snprintf(e->key, sizeof(e->key), "%s", key);
	snprintf(e->flow, sizeof(e->flow), "10.0.0.7:1 > 10.0.0.5:53 udp");
	snprintf(e->example, sizeof(e->example), "%s", why);
	snprintf(e->next, sizeof(e->next), "start it");
	e->count = count;
	e->last.tv_sec = T0;
}

static int begin(void **state)
{
	(void)state;
	memset(&top, 0, sizeof(top));
	memset(&view, 0, sizeof(view));
	snprintf(view.source, sizeof(view.source), "db-1");
	view.now.tv_sec = T0 + 5;
	view.ns = UINT64_C(3723000000000);
	view.totals.outcome[UR_OUTCOME_SENT] = 12;
	add(UR_DIGEST_CAUSES, "socket.none", 12, "no UDP socket is on port 53");
	return 0;
}

/* The screen of that size, without what only acts on a terminal. Checks that no line is longer than
 * it, and that there are no more lines. */
static const char *draw(unsigned int width, unsigned int height, bool ascii)
{
	static char plain[65536];
	const struct ur_top_screen screen = { width, height, false, ascii };
	unsigned int col = 0, rows = 1, w;
	char *to = plain;

	if (c.out)
		capture_close(&c);
	capture_open(&c);
	ur_top_draw(c.out, &top, &view, &screen);
	fflush(c.out);
	for (const char *s = c.text; *s;) {
		size_t n = 1;

		if (*s == '\033') {
			s += strcspn(s, "ABCDHJKhlm") + 1;
			continue;
		}
		if (*s == '\n') {
			rows++;
			col = 0;
		} else if (*s != '\r') {
			n = ur_columns_of(s, false, &w);
			col += w;
		}
		assert_in_range(col, 0, width);
		if (*s != '\r') {
			memcpy(to, s, n);
			to += n;
		}
		s += n;
	}
	*to = '\0';
	assert_in_range(rows, 1, height);
	return plain;
}

#define assert_shown(screen, text)                                       \
	do {                                                             \
		if (!strstr((screen), (text)))                           \
			fail_msg("no \"%s\" in:\n%s", (text), (screen)); \
	} while (0)

static void eighty_by_twenty_four(void **state)
{
	const char *s = draw(80, 24, false);

	(void)state;
	assert_shown(s, "unreach db-1  01:02:03  12 sent, 0 suppressed\n");
	assert_shown(s, "1 Causes (1)  2 Ports (0)");
	assert_shown(s,
		     "      0.0       12      5 s socket.none        no UDP socket is on port 53");
	assert_shown(s, " first 10.0.0.7:1 > 10.0.0.5:53 udp\n   why no UDP socket is on port 53\n"
			"  next start it\n");
	assert_shown(s, "q quit  tab table  s sort: rate");
	assert_null(strstr(s, "Received"));
	top.kind = UR_DIGEST_RULES;
	view.received = top.paused = top.reversed = true;
	s = draw(80, 24, false);
	assert_shown(s, "none by a rule so far");
	assert_shown(s, "6 Received (0)");
	assert_shown(s, " paused ");
	assert_shown(s, "sort: rate, reversed  space go on");
	top.help = true;
	assert_shown(draw(80, 24, false), "Any key goes back.");
}

/* It fits screens of any size, and says when it can't. */
static void all_sizes(void **state)
{
	char key[160], why[300];

	(void)state;
	memset(key, 'k', sizeof(key) - 1);
	memset(why, 'w', sizeof(why) - 1);
	key[sizeof(key) - 1] = why[sizeof(why) - 1] = '\0';
	add(UR_DIGEST_CAUSES, key, UINT64_MAX, why);
	for (int help = 0; help < 2; help++)
		for (unsigned int w = 1; w < 200; w += w < 40 ? 1 : 13)
			for (unsigned int h = 1; h < 60; h += h < 20 ? 1 : 7) {
				const char *s = draw(w, h, h & 1);

				top.help = help;
				if (w >= 20 && (w < 30 || h < 6))
					assert_shown(s, "is too small");
			}
	ur_top_draw(c.out, &top, &view, &(struct ur_top_screen){});
}

static void many_rows(void **state)
{
	char key[32];
	const char *s;

	(void)state;
	top.kind = UR_DIGEST_PORTS;
	for (int i = 0; i < UR_DIGEST_MAX; i++) {
		snprintf(key, sizeof(key), "udp/%d", 1000 + i);
		add(UR_DIGEST_PORTS, key, (uint64_t)(1000 - i), "x");
	}
	view.digest.table[UR_DIGEST_PORTS].other = 7;
	s = draw(80, 24, false);
	assert_shown(s, "rows 1-14 of 64");
	assert_shown(s, " 1000+");
	assert_shown(s, "udp/1013");
	assert_null(strstr(s, "udp/1014"));
	ur_top_press(&top, &view, 'G');
	s = draw(80, 24, false);
	assert_shown(s, "rows 51-64 of 64");
	assert_shown(s, "udp/1063");
	ur_top_press(&top, &view, 'g');
	assert_shown(draw(80, 24, false), "rows 1-14 of 64");
}

/* Nothing that a name holds acts on the terminal; and in a locale without UTF-8 all is ASCII. */
static void hostile_names(void **state)
{
	const char *s;

	(void)state;
	add(UR_DIGEST_CAUSES, "\033[2J\x01\x06\xe4\xb8\xad", 99, "\xc3\xa9t\xc3\xa9\033]0;x\007");
	s = draw(120, 24, false);
	assert_shown(s, "\\x1b[2J\\x01\\x06\xe4\xb8\xad ");
	assert_shown(s, "\xc3\xa9t\xc3\xa9\\x1b]0;x\\x07");
	s = draw(120, 24, true);
	assert_shown(s, "\\x1b[2J\\x01\\x06");
	assert_shown(s, "\\xc3\\xa9t\\xc3\\xa9\\x1b]0;x\\x07");
	for (; *s; s++)
		assert_false(*s & 0x80);
}

static void of_a_file(void **state)
{
	const char *s;

	(void)state;
	setenv("TZ", "UTC", 1);
	view.replayed = view.reading = true;
	s = draw(80, 24, false);
	assert_shown(s, "MEAN/s");
	assert_shown(s, " 02:45:20 socket.none");
	assert_shown(s, "reading...");
}

static int end(void **state)
{
	(void)state;
	if (c.out)
		capture_close(&c);
	c.out = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(eighty_by_twenty_four, begin, end),
		cmocka_unit_test_setup_teardown(all_sizes, begin, end),
		cmocka_unit_test_setup_teardown(many_rows, begin, end),
		cmocka_unit_test_setup_teardown(hostile_names, begin, end),
		cmocka_unit_test_setup_teardown(of_a_file, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
