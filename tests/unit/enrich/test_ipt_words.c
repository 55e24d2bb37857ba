// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

static struct ur_evidence ev;
static struct ur_judged got;

static void judge(const char *text)
{
	const struct ur_flow f = flow_to(&ev, "10.219.7.2", 5001);

	ur_judge_ipt(text, &f, &got);
}

/* The packet is UDP from 10.219.7.1:40000 to 10.219.7.2:5001, in on s0. */
static void test_matches(void **state)
{
	static const struct {
		const char *text;
		enum ur_fit fit;
		bool bare;
	} rows[] = {
		{ "-A INPUT -j REJECT --reject-with icmp-port-unreachable", UR_FIT_YES, true },
		{ "-A INPUT -m comment --comment \"-p tcp \\\" x\" -j REJECT", UR_FIT_YES, true },
		{ "-A INPUT -m comment --comment -j -p tcp -j REJECT", UR_FIT_NO, false },
		{ "-A INPUT -p udp -m udp --dport 5001 -j REJECT", UR_FIT_YES, false },
		{ "-A INPUT -p udp -m udp ! --dport 5001 -j REJECT", UR_FIT_NO, false },
		{ "-A INPUT ! -p tcp -j REJECT", UR_FIT_YES, false },
		{ "-A INPUT -s 10.219.7.0/24 -i s+ -j x", UR_FIT_YES, false },
		{ "-A INPUT ! -s 10.219.7.0/24 -j x", UR_FIT_NO, false },
		{ "-A INPUT -i k0 -g x", UR_FIT_NO, false },
		{ "-A INPUT -p udp -m multiport --dports 53,5000:5010 -j REJECT", UR_FIT_YES,
		  false },
		{ "-A INPUT -p udp -m multiport --dports 53,54 -j REJECT", UR_FIT_NO, false },
		{ "-A INPUT -p udp -m multiport --ports 53,40000 -j REJECT", UR_FIT_YES, false },
		{ "-A INPUT -p udp -m multiport --sports 53,domain -j REJECT", UR_FIT_MAYBE,
		  false },
		{ "-A INPUT -m iprange --src-range 10.0.0.0-10.255.0.0 -j REJECT", UR_FIT_YES,
		  false },
		{ "-A INPUT -m addrtype --dst-type LOCAL -p tcp -j REJECT", UR_FIT_NO, false },
		{ "-A INPUT -m addrtype ! --dst-type LOCAL -j REJECT", UR_FIT_MAYBE, false },
		{ "-A INPUT -m set --match-set -j src -j REJECT", UR_FIT_MAYBE, false },
		{ "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN SYN -j REJECT", UR_FIT_NO, false },
		{ "-A INPUT -f -p tcp -j REJECT", UR_FIT_NO, false },
		{ "-A INPUT", UR_FIT_YES, true },
		{ "", UR_FIT_YES, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(rows[i].text);
		if (got.fit != rows[i].fit || got.bare != rows[i].bare)
			fail_msg("%s: %d %d", rows[i].text, got.fit, got.bare);
	}
}

static void test_chance(void **state)
{
	static const struct {
		const char *text;
		enum ur_chance chance;
		const char *words;
	} rows[] = {
		{ "-A INPUT -p udp -j REJECT", UR_CHANCE_NONE, "" },
		{ "-A INPUT -p udp -m statistic --mode random --probability 0.5 -j REJECT",
		  UR_CHANCE_RANDOM, "-m statistic --mode random --probability 0.5" },
		{ "-A INPUT -m limit --limit 3/sec -j REJECT", UR_CHANCE_RATE,
		  "-m limit --limit 3/sec" },
		{ "-A INPUT -m time --timestart 10:00:00 --kerneltz -m limit --limit 3/sec -j x",
		  UR_CHANCE_RATE, "-m limit --limit 3/sec" },
		{ "-A INPUT -m conntrack --ctstate NEW -j x", UR_CHANCE_STATE, "--ctstate NEW" },
		{ "-A INPUT -m mark --mark 0x1 -j x", UR_CHANCE_MARK, "-m mark --mark 0x1" },
		{ "-A INPUT -m recent --rcheck --seconds 60 --name x --mask 255.0.0.0 -j x",
		  UR_CHANCE_RATE, "-m recent --rcheck --seconds 60 --name x --mask 255.0.0.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(rows[i].text);
		assert_int_equal(got.chance, rows[i].chance);
		assert_int_equal(got.chance_len, strlen(rows[i].words));
		assert_memory_equal(got.chance_at ?: "", rows[i].words, got.chance_len);
	}
}

static void test_old_connections(void **state)
{
	(void)state;
	judge("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
	assert_true(got.established);
	judge("-A INPUT -m state --state ESTABLISHED -j ACCEPT");
	assert_true(got.established);
	judge("-A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT");
	assert_false(got.established);
	judge("-A INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED -j ACCEPT");
	assert_false(got.established);
	judge("-A INPUT -i s0 -m conntrack --ctstate ESTABLISHED -j ACCEPT");
	assert_false(got.established);
}

static void test_ipset(void **state)
{
	(void)state;
	judge("-A f2b -m set --match-set f2b-sshd src -j REJECT");
	assert_int_equal(got.nhits, 1);
	assert_memory_equal(got.hits[0].set, "f2b-sshd", got.hits[0].set_len);
	assert_int_equal(got.hits[0].elem, UR_TREE_NONE);
	judge("-A f2b -m set ! --match-set f2b-sshd src -j REJECT");
	assert_int_equal(got.nhits, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_old_connections),
		cmocka_unit_test(test_ipset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
