/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

static struct ur_evidence ev;
static struct ur_report report;

static const struct ur_finding *find(const char *slug)
{
	ur_verdict_decide(&ev, &report);
	for (uint32_t i = 0; i < report.nfindings; i++)
		if (!strcmp(report.findings[i].slug, slug))
			return &report.findings[i];
	return NULL;
}

static const struct ur_finding *note(void)
{
	return find("note.limit");
}

static void denied(uint8_t window, const char *netns)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.ev.window = window;
	ev.netns = (struct ur_netns){ .looked = UR_FOUND, .inum = 7 };
	strcpy(ev.netns.name, netns);
	ev.limit.looked = UR_FOUND;
	SAMPLE_COPY(ev.limit.setting[0].name, "net.ipv4.icmp_ratelimit");
	SAMPLE_COPY(ev.limit.setting[0].value, "1000");
}

static void for_one_peer(void **state)
{
	(void)state;
	denied(UR_WIN_PEER_DENY, "srv");
	SAMPLE_COPY(ev.limit.setting[1].name, "net.ipv4.icmp_ratemask");
	SAMPLE_COPY(ev.limit.setting[1].value, "6168");
	assert_string_equal(
		note()->text,
		"the limit that kept the answer back: net.ipv4.icmp_ratelimit=1000, "
		"net.ipv4.icmp_ratemask=6168; to see all answers for a while: `ip netns exec "
		"srv sysctl -w net.ipv4.icmp_ratelimit=0`");
	assert_true(note()->told); /* the same each time */
	ev.ev.family = 6;
	assert_non_null(strstr(note()->text, "sysctl -w net.ipv6.icmp.ratelimit=0"));
}

static void for_all_peers(void **state)
{
	(void)state;
	denied(UR_WIN_GLOBAL_DENY, "srv");
	SAMPLE_COPY(ev.limit.setting[0].name, "net.ipv4.icmp_msgs_per_sec");
	ev.limit.setting[0].of_host = true;
	assert_non_null(strstr(note()->text, "icmp_msgs_per_sec=1000 (of the host); "));
	assert_non_null(strstr(note()->text, "`sysctl -w net.ipv4.icmp_msgs_per_sec="));
}

static void for_routes(void **state)
{
	(void)state;
	denied(UR_WIN_ERROR_DENY, "host");
	assert_non_null(strstr(note()->text, "`sysctl -w net.ipv4.route.error_cost=0`"));
}

static void could_not_look(void **state)
{
	(void)state;
	denied(UR_WIN_PEER_DENY, "srv");
	ev.limit.looked = UR_COULD_NOT;
	SAMPLE_COPY(ev.limit.reason, "it is\033gone");
	assert_false(note()->told);
	assert_non_null(strstr(note()->text, "could not be read: it is"));
	assert_null(strchr(note()->text, '\033'));
	ev.limit.looked = UR_NOT_ASKED;
	assert_null(note());
}

static void by_a_rule(void **state)
{
	struct ur_dropper *d = &ev.dropper;

	(void)state;
	denied(UR_WIN_PUSHED, "srv");
	ev.ev.push_ret = -1;
	assert_null(find("note.dropped-by"));
	d->looked = UR_FOUND;
	d->rule.family = 1; /* NFPROTO_INET */
	SAMPLE_COPY(d->rule.table, "f");
	SAMPLE_COPY(d->rule.chain, "out");
	d->rule.handle = 5;
	SAMPLE_COPY(d->rule.text, "icmp type 3 drop");
	assert_string_equal(find("note.dropped-by")->text,
			    "the answer was likely dropped by a rule of nft inet f out handle 5: "
			    "icmp type 3 drop; no other on its way out could have");
	d->policy = true;
	assert_string_equal(find("note.dropped-by")->text,
			    "the answer was likely dropped by the policy of nft inet f out; no "
			    "other on its way out could have");
	d->legacy = d->legacy_too = true;
	d->rule.family = 10; /* NFPROTO_IPV6 */
	assert_non_null(strstr(find("note.dropped-by")->text, "policy of ip6tables-legacy f out;"));
	d->policy = false;
	d->number = 7;
	d->rule.family = 2; /* NFPROTO_IPV4 */
	assert_string_equal(find("note.dropped-by")->text,
			    "the answer was likely dropped by a rule of iptables-legacy f out "
			    "number 7: icmp type 3 drop; no other on its way out could have");
}

static void at_the_device(void **state)
{
	struct ur_dropper *d = &ev.dropper;

	(void)state;
	denied(UR_WIN_PUSHED, "srv");
	ev.ev.push_ret = -105; /* ENOBUFS */
	SAMPLE_COPY(d->dev, "s0");
	d->looked = UR_FOUND_NONE;
	assert_non_null(strstr(find("note.dropped-by")->text, "at s0: it has no tc filter, so"));
	d->could = 2;
	assert_non_null(strstr(find("note.dropped-by")->text, "by one of 2 tc filters there"));
	d->looked = UR_FOUND;
	d->could = 1;
	d->tc = (struct ur_tc){
		.kind = "bpf", .dev = "s0", .name = "quiet", .prog = 5, .egress = true
	};
	assert_string_equal(
		find("note.dropped-by")->text,
		"the answer left IP and was dropped at s0, likely by the BPF program "
		"quiet (id 5) at tc egress of s0; else its queue was full; see `ip netns "
		"exec srv tc -s filter show dev s0 egress`, and `tc -s qdisc`");
	d->tc = (struct ur_tc){ .kind = "matchall", .dev = "s0", .pref = 7, .egress = true };
	assert_non_null(
		strstr(find("note.dropped-by")->text, "the filter matchall (pref 7) at tc"));
}

static void by_an_unknown_rule(void **state)
{
	struct ur_dropper *d = &ev.dropper;

	(void)state;
	denied(UR_WIN_PUSHED, "srv");
	d->looked = UR_FOUND_NONE;
	d->could = 2;
	assert_string_equal(find("note.dropped-by")->text,
			    "the answer was dropped on its way out, which rule did it is not "
			    "known: 2 could have; look for drop and reject at hooks output and "
			    "postrouting: `ip netns exec srv nft -a list ruleset`");
	d->legacy_too = true;
	assert_non_null(strstr(find("note.dropped-by")->text,
			       "ruleset`, `ip netns exec srv iptables-legacy-save`"));
	d->could = 0;
	assert_non_null(strstr(find("note.dropped-by")->text, "none that is there now"));
	d->looked = UR_COULD_NOT;
	SAMPLE_COPY(d->reason, "the rules are changing");
	assert_non_null(strstr(find("note.dropped-by")->text, "known: the rules are changing;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_one_peer),       cmocka_unit_test(for_all_peers),
		cmocka_unit_test(for_routes),         cmocka_unit_test(could_not_look),
		cmocka_unit_test(at_the_device),      cmocka_unit_test(by_a_rule),
		cmocka_unit_test(by_an_unknown_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
