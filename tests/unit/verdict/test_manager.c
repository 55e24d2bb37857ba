/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict/manager.h"

static struct ur_evidence ev;
static struct ur_managed managed;

static void put_names(uint8_t origin, const char *table, const char *chain, const char *comment)
{
	sample_rule(&ev, origin, IPPROTO_UDP, "reject");
	SAMPLE_COPY(ev.rule.table, table);
	SAMPLE_COPY(ev.rule.chain, chain);
	SAMPLE_COPY(ev.rule.comment, comment);
	SAMPLE_COPY(ev.ev.rule.oifname, "virbr0");
}

static const struct {
	uint8_t origin;
	const char *table, *chain, *comment;
	enum ur_manager by;
	enum ur_managed_kind kind;
	const char *what;
} cases[] = {
	{ UR_ORIGIN_XT, "filter", "ufw-user-input", "", UR_MANAGER_UFW, UR_MANAGED_USER, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "ufw6-user-output", "", UR_MANAGER_UFW, UR_MANAGED_USER, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "ufw-user-limit", "", UR_MANAGER_UFW, UR_MANAGED_LIMIT, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "ufw-reject-input", "", UR_MANAGER_UFW, UR_MANAGED_DEFAULT,
	  "" },
	{ UR_ORIGIN_XT_NFT, "filter", "ufw6-skip-to-policy-input", "", UR_MANAGER_UFW,
	  UR_MANAGED_DEFAULT, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "ufw-before-input", "", UR_MANAGER_UFW, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "my-ufw-user-input", "", UR_MANAGER_NONE, UR_MANAGED_RULE,
	  "" },
	{ UR_ORIGIN_NFT, "firewalld", "filter_IN_public", "", UR_MANAGER_FIREWALLD, UR_MANAGED_ZONE,
	  "public" },
	{ UR_ORIGIN_NFT, "firewalld", "filter_IN_my_zone_deny", "", UR_MANAGER_FIREWALLD,
	  UR_MANAGED_ZONE, "my_zone" },
	{ UR_ORIGIN_NFT, "firewalld", "filter_FWD_policy_to-lan_post", "", UR_MANAGER_FIREWALLD,
	  UR_MANAGED_POLICY, "to-lan" },
	{ UR_ORIGIN_NFT, "firewalld", "filter_INPUT", "", UR_MANAGER_FIREWALLD, UR_MANAGED_RULE,
	  "" },
	{ UR_ORIGIN_NFT, "mine", "filter_IN_public", "", UR_MANAGER_NONE, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT, "filter", "IN_public_deny", "", UR_MANAGER_FIREWALLD, UR_MANAGED_ZONE,
	  "public" },
	{ UR_ORIGIN_XT, "filter", "IN_public", "", UR_MANAGER_NONE, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "KUBE-SERVICES", "default/web:dns has no endpoints",
	  UR_MANAGER_KUBE_PROXY, UR_MANAGED_SERVICE, "default/web:dns" },
	{ UR_ORIGIN_XT_NFT, "filter", "KUBE-SERVICES", "x y/z has no endpoints", UR_MANAGER_NONE,
	  UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "KUBE-SERVICES", " has no endpoints", UR_MANAGER_NONE,
	  UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "INPUT", "default/web:dns has no endpoints", UR_MANAGER_NONE,
	  UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_NFT, "kube-proxy", "cluster-ips-check", "", UR_MANAGER_KUBE_PROXY,
	  UR_MANAGED_CLUSTERIP, "" },
	{ UR_ORIGIN_NFT, "kube-proxy", "reject-chain", "", UR_MANAGER_KUBE_PROXY, UR_MANAGED_RULE,
	  "" },
	{ UR_ORIGIN_XT, "filter", "f2b-sshd", "", UR_MANAGER_FAIL2BAN, UR_MANAGED_JAIL, "sshd" },
	{ UR_ORIGIN_NFT, "f2b-table", "f2b-chain", "", UR_MANAGER_FAIL2BAN, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "DOCKER-USER", "", UR_MANAGER_DOCKER, UR_MANAGED_USER, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "DOCKER-INGRESS", "", UR_MANAGER_DOCKER, UR_MANAGED_RULE,
	  "" },
	{ UR_ORIGIN_XT_NFT, "filter", "DOCKERS", "", UR_MANAGER_NONE, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_NFT, "docker-bridges", "filter-forward", "", UR_MANAGER_DOCKER, UR_MANAGED_RULE,
	  "" },
	{ UR_ORIGIN_XT, "filter", "LIBVIRT_FWI", "", UR_MANAGER_LIBVIRT, UR_MANAGED_BRIDGE,
	  "virbr0" },
	{ UR_ORIGIN_NFT, "libvirt_network", "guest_output", "", UR_MANAGER_LIBVIRT,
	  UR_MANAGED_BRIDGE, "eth0" },
	{ UR_ORIGIN_XT, "filter", "cali-tw-cali1", "", UR_MANAGER_CALICO, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT, "filter", "FORWARD", "cali:abc", UR_MANAGER_CALICO, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_NFT, "fw4", "reject_from_wan", "", UR_MANAGER_FW4, UR_MANAGED_ZONE, "wan" },
	{ UR_ORIGIN_NFT, "fw4", "handle_reject", "", UR_MANAGER_FW4, UR_MANAGED_RULE, "" },
	{ UR_ORIGIN_XT_NFT, "filter", "NETAVARK_FORWARD", "", UR_MANAGER_NETAVARK, UR_MANAGED_RULE,
	  "" },
	{ UR_ORIGIN_NFT, "filter", "ufw-user-input", "", UR_MANAGER_NONE, UR_MANAGED_RULE, "" },
};

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_names(cases[i].origin, cases[i].table, cases[i].chain, cases[i].comment);
		ur_managed_by(&ev, &managed);
		assert_int_equal(managed.by, cases[i].by);
		assert_int_equal(managed.kind, cases[i].kind);
		assert_string_equal(managed.what, cases[i].what);
		assert_true(managed.proven);
	}
}

/* A rule that is another by now says nothing of the one that fired. */
static void texts(void **state)
{
	(void)state;
	put_names(UR_ORIGIN_XT, "filter", "INPUT", "");
	SAMPLE_COPY(ev.rule.text, "-A INPUT -m set --match-set f2b-sshd src -j REJECT");
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_FAIL2BAN);
	assert_string_equal(managed.what, "sshd");
	ev.rule.looked = UR_CHANGED;
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_NONE);
	put_names(UR_ORIGIN_NFT, "f2b-table", "f2b-chain", "");
	SAMPLE_COPY(ev.rule.text, "tcp dport 22 ip saddr @addr-set-sshd reject");
	ur_managed_by(&ev, &managed);
	assert_string_equal(managed.what, "sshd");
	SAMPLE_COPY(ev.rule.text, "tcp dport 22 ip6 saddr @addr6-set-sshd reject");
	ur_managed_by(&ev, &managed);
	assert_string_equal(managed.what, "sshd");
	put_names(UR_ORIGIN_XT, "filter", "FORWARD", "cali:abc");
	ev.rule.looked = UR_CHANGED;
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_NONE);
}

/* What only the way tells is as sure as the way. */
static void ways(void **state)
{
	(void)state;
	put_names(UR_ORIGIN_NFT, "fw4", "handle_reject", "");
	ev.way.known = true;
	ev.way.nsteps = 2;
	SAMPLE_COPY(ev.way.step[0].chain, "input");
	SAMPLE_COPY(ev.way.step[1].chain, "input_lan");
	ur_managed_by(&ev, &managed);
	assert_string_equal(managed.what, "lan");
	assert_false(managed.proven);
	ev.way.proven = true;
	ur_managed_by(&ev, &managed);
	assert_true(managed.proven);
	put_names(UR_ORIGIN_NFT, "kube-proxy", "reject-chain", "");
	ev.way.nmatched = 1;
	ev.way.matched[0] = (struct ur_matched){ .map = true,
						 .set = "no-endpoint-services",
						 .element = "10.0.0.1 . udp . 53",
						 .comment = "default/web:dns" };
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.kind, UR_MANAGED_SERVICE);
	assert_string_equal(managed.what, "default/web:dns");
	assert_false(managed.proven);
	ev.way.matched[0].proven = true;
	ur_managed_by(&ev, &managed);
	assert_true(managed.proven);
}

/* Shorewall's chain "shorewall" shows who has the table, but not the chains of others. */
static void a_table_of_several(void **state)
{
	(void)state;
	put_names(UR_ORIGIN_XT_NFT, "filter", "net-fw", "");
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_NONE);
	ev.way.marks = UR_MARK_SHOREWALL;
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_SHOREWALL);
	SAMPLE_COPY(ev.rule.chain, "f2b-sshd");
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_FAIL2BAN);
}

static void no_rule(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	SAMPLE_COPY(ev.rule.chain, "ufw-user-input");
	ur_managed_by(&ev, &managed);
	assert_int_equal(managed.by, UR_MANAGER_NONE);
}

static void every_name(void **state)
{
	(void)state;
	assert_null(ur_manager_name(UR_MANAGER_NONE));
	assert_null(ur_manager_title(UR_MANAGER_MAX_));
	for (int i = UR_MANAGER_NONE + 1; i < UR_MANAGER_MAX_; i++) {
		assert_non_null(ur_manager_name(i));
		assert_non_null(ur_manager_title(i));
	}
	assert_null(ur_managed_kind_name(UR_MANAGED_RULE));
	for (int i = UR_MANAGED_RULE + 1; i <= UR_MANAGED_USER; i++)
		assert_non_null(ur_managed_kind_name(i));
	assert_null(ur_managed_kind_name(UR_MANAGED_USER + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),   cmocka_unit_test(texts),
		cmocka_unit_test(ways),    cmocka_unit_test(a_table_of_several),
		cmocka_unit_test(no_rule), cmocka_unit_test(every_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
