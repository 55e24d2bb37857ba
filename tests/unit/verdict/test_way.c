/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

static struct ur_evidence ev;
static struct ur_report report;

/* The text of the finding with that slug; NULL: there is none. */
static const char *found(const char *slug)
{
	ur_verdict_decide(&ev, &report);
	for (uint32_t i = 0; i < report.nfindings; i++)
		if (!strcmp(report.findings[i].slug, slug))
			return report.findings[i].text;
	return NULL;
}

static void says(const char *slug, const char *want)
{
	const char *text = found(slug);

	assert_non_null(text);
	assert_string_equal(text, want);
}

static bool why_has(const char *words)
{
	ur_verdict_decide(&ev, &report);
	return strstr(report.why, words);
}

static void add_step(const char *chain, uint64_t handle, const char *text)
{
	struct ur_step *step = &ev.way.step[ev.way.nsteps++];

	step->handle = handle;
	SAMPLE_COPY(step->chain, chain);
	SAMPLE_COPY(step->text, text);
}

static void one_jump(void **state)
{
	(void)state;
	sample_jump(&ev);
	assert_true(why_has("inet filter zone handle 7 (hook input, reached from input): udp"));
	says("note.way", "led there by input handle 5: iifname \"eth0\" goto zone");
	ev.way.proven = false;
	assert_true(why_has("(hook input, probably reached from input)"));
	says("note.way", "probably led there by input handle 5: iifname \"eth0\" goto zone");
	ev.way.step[0].always = true; /* then it decided nothing */
	assert_null(found("note.way"));
}

static void many_jumps(void **state)
{
	(void)state;
	sample_jump(&ev);
	add_step("a", 6, "jump b");
	ev.way.step[1].always = true;
	add_step("b", 0, "tcp dport 1 jump zone");
	assert_true(why_has("reached from input > a > b)"));
	says("note.way",
	     "led there by input handle 5: iifname \"eth0\" goto zone, then b: tcp dport "
	     "1 jump zone");
	for (int i = 0; i < 6; i++)
		add_step(i == 5 ? "last" : "x", 9, "jump x");
	assert_true(why_has("reached from input > ... > x > x > x > x > last)"));
}

static void iptables_names_the_chain_itself(void **state)
{
	(void)state;
	sample_jump(&ev);
	SAMPLE_COPY(ev.way.step[0].text, "-A INPUT -i eth0 -j zone");
	says("note.way", "led there by -A INPUT -i eth0 -j zone");
	ev.way.step[0].text[0] = '\0';
	says("note.way", "led there by input handle 5: a rule whose text is not known");
}

static void several_ways(void **state)
{
	(void)state;
	sample_jump(&ev);
	ev.way = (struct ur_way){ .nways = 2, .ways = { "input\na\nzone", "input\nzone" } };
	says("note.several-ways",
	     "2 ways lead to the rule, and which one the packet took is not known: input > a > "
	     "zone; input > zone");
	assert_true(why_has("(hook input, reached from input)")); /* both do */
	ev.way.nways = 9;
	ev.way.more_ways = true;
	assert_non_null(strstr(found("note.several-ways"), "at least 9 ways"));
	assert_non_null(strstr(found("note.several-ways"), "; ..."));
	ev.way.nways = 0;
	assert_null(found("note.several-ways"));
}

static void elements(void **state)
{
	(void)state;
	sample_jump(&ev);
	assert_null(found("note.matched"));
	ev.way.nmatched = 1;
	ev.way.matched[0] =
		(struct ur_matched){ .proven = true, .set = "banned", .element = "10.219.7.1" };
	says("note.matched", "matched element 10.219.7.1 of set banned");
	ev.way.matched[0].proven = false;
	SAMPLE_COPY(ev.way.matched[0].comment, "ssh");
	ev.way.nmatched = 2;
	ev.way.matched[1] = (struct ur_matched){ .map = true, .set = "m" };
	says("note.matched", "matched probably element 10.219.7.1 (\"ssh\") of set banned, and map "
			     "m, whose elements can't be read here");
}

static void catch_all(void **state)
{
	(void)state;
	sample_jump(&ev);
	assert_null(found("note.catch-all"));
	ev.way.catch_all = true;
	says("note.catch-all",
	     "the catch-all at the end of base chain input: no rule there allowed the packet");
	ev.way.proven = false;
	assert_non_null(strstr(found("note.catch-all"), "probably the catch-all"));
	ev.way.proven = true;
	ev.way.nsteps = 0;
	assert_non_null(strstr(found("note.catch-all"), "base chain zone:"));
	ev.way.known = false;
	assert_null(found("note.catch-all"));
}

static void chance(void **state)
{
	(void)state;
	sample_jump(&ev);
	ev.way.chance = UR_CHANCE_RANDOM;
	SAMPLE_COPY(ev.way.chance_words, "numgen inc mod 2 0");
	says("note.varies", "not every such packet is rejected: the rule matches by chance or turn "
			    "(numgen inc mod 2 0)");
	ev.way.chance = UR_CHANCE_STATE;
	assert_null(found("note.varies"));
}

static void accepted_before(void **state)
{
	(void)state;
	sample_jump(&ev);
	ev.way.accepted = (struct ur_earlier){ .there = true,
					       .family = NFPROTO_INET,
					       .table = "a",
					       .chain = "in",
					       .handle = 3,
					       .text = "udp dport 999 accept" };
	says("note.accepted-before",
	     "inet a in handle 3 probably accepted it before: udp dport 999 accept; accept is final "
	     "in its own base chain only");
	ev.way.accepted.there = false;
	assert_null(found("note.accepted-before"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_jump),
		cmocka_unit_test(many_jumps),
		cmocka_unit_test(iptables_names_the_chain_itself),
		cmocka_unit_test(several_ways),
		cmocka_unit_test(elements),
		cmocka_unit_test(catch_all),
		cmocka_unit_test(chance),
		cmocka_unit_test(accepted_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
