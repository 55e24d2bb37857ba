// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/enrich/away.h"
#include "tests/unit/enrich/sandbox.h"
#include "user/enrich.h"

static void test_miss(void **state)
{
	ur_cleanup(ur_enrich_freep) struct ur_enrich *e = NULL;
	static struct ur_evidence ev;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct stat st = {};

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	ev = (struct ur_evidence){ .packet = { .family = 4, .proto = 17, .has_ports = true } };
	ev.packet.dport = 9;
	ev.ev.origin = UR_ORIGIN_UDP_MISS;
	ev.ev.netns_inum = inum_here();
	ev.ev.flags = UR_EV_SOCKS;
	ev.ev.nsocks = 2;
	ev.ev.socks[0].inode = st.st_ino;
	ev.ev.socks[1].bound_ifindex = 1;
	assert_int_equal(ur_enrich_new(NULL, &e), 0);
	ur_enrich_run(e, &ev);
	assert_int_equal(ev.netns.inum, inum_here());
	assert_int_equal(ev.socks[0].looked, UR_FOUND);
	assert_int_equal(ev.socks[0].one[0].pid, getpid());
	assert_int_equal(ev.socks[1].looked, UR_FOUND_NONE);
	assert_string_equal(ev.bound_dev[0], "");
	assert_string_equal(ev.bound_dev[1], "lo");
	assert_int_equal(ev.tcp.looked, UR_FOUND_NONE);
	assert_int_equal(ev.rule.looked, UR_NOT_ASKED);
	assert_int_equal(ev.elsewhere.looked, UR_NOT_ASKED);
	close(fd);
}

/* A miss in another namespace, that of the child, whose port our socket has. */
static void test_elsewhere(void **state)
{
	ur_cleanup(ur_enrich_freep) struct ur_enrich *e = NULL;
	static struct ur_evidence ev;
	struct away away = {};

	(void)state;
	if (!away_start(&away, 4458))
		skip();
	assert_int_equal(ur_enrich_new(NULL, &e), 0);
	ev = (struct ur_evidence){ .packet = { .family = 4, .proto = 17, .has_ports = true } };
	ev.packet.dport = 4458;
	ev.ev.origin = UR_ORIGIN_UDP_MISS;
	ev.ev.netns_inum = inum_here();
	ev.ev.flags = UR_EV_SOCKS;
	ur_enrich_run(e, &ev);
	assert_int_equal(ev.sibling.looked, UR_FOUND_NONE);
	assert_int_not_equal(ev.readers.looked, UR_COULD_NOT);
	assert_int_equal(ev.elsewhere.looked, UR_FOUND);
	assert_int_equal(ev.elsewhere.netns_inum, away.inum);
	assert_int_equal(ev.elsewhere.owners.looked, UR_FOUND);
	assert_int_equal(ev.elsewhere.owners.one[0].pid, away.pid);
	/* and one whose namespace is gone */
	away_end(&away);
	memset(&ev.tcp, 0, sizeof(ev.tcp));
	ev.ev.netns_inum = away.inum;
	ur_enrich_run(e, &ev);
	assert_int_equal(ev.tcp.looked, UR_COULD_NOT);
	assert_int_equal(ev.sibling.looked, UR_COULD_NOT);
	assert_int_equal(ev.readers.looked, UR_COULD_NOT);
	assert_string_not_equal(ev.tcp.reason, "");
}

static void test_rule(void **state)
{
	ur_cleanup(ur_enrich_freep) struct ur_enrich *e = NULL;
	static struct ur_evidence ev;

	(void)state;
	if (!sandbox(SANDBOX_RULES))
		skip();
	assert_int_equal(ur_enrich_new(NULL, &e), 0);
	memset(&ev, 0, sizeof(ev));
	assert_int_equal(ur_enrich_prefetch(e, inum_here()), 0);
	rule_event(&ev.ev, NFPROTO_INET, "filter", handle_of("table inet filter"), "zone",
		   handle_of("dport 5001"));
	ur_enrich_run(e, &ev);
	assert_int_equal(ev.rule.looked, UR_FOUND);
	assert_true(ev.rule.generation_same);
	assert_true(shell("nft flush ruleset"));
	ur_enrich_run(e, &ev);
	assert_int_equal(ev.rule.looked, UR_FOUND);
	assert_string_equal(ev.rule.text,
			    "udp dport 5001 counter reject comment \"hello # handle 99\"");
}

/* Whatever a record says, nothing is read or written beyond. */
static void test_nonsense(void **state)
{
	ur_cleanup(ur_enrich_freep) struct ur_enrich *e = NULL;
	static struct ur_evidence ev;

	(void)state;
	assert_int_equal(ur_enrich_new(NULL, &e), 0);
	for (unsigned origin = 0; origin < 8; origin++) {
		memset(&ev, 0, sizeof(ev));
		memset(&ev.ev, 0xff, sizeof(ev.ev));
		ev.ev.origin = origin;
		ev.ev.netns_inum = inum_here();
		ev.ev.rule.table[sizeof(ev.ev.rule.table) - 1] = '\0';
		ev.ev.rule.chain[sizeof(ev.ev.rule.chain) - 1] = '\0';
		ur_enrich_run(e, &ev);
		assert_int_not_equal(ev.rule.looked, UR_FOUND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_miss),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
