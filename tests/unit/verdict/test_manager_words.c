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

static void put_rule(uint8_t origin, const char *table, const char *chain, const char *text)
{
	sample_rule(&ev, origin, IPPROTO_UDP, text);
	SAMPLE_COPY(ev.rule.table, table);
	SAMPLE_COPY(ev.rule.chain, chain);
}

static void advises(const char *want)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, want);
}

/* The finding of the manager comes first; NULL: there must be none. */
static void notes(const char *want)
{
	ur_verdict_decide(&ev, &report);
	if (want) {
		assert_true(report.nfindings > 0);
		assert_string_equal(report.findings[0].slug, "note.manager");
		assert_string_equal(report.findings[0].text, want);
	} else {
		assert_true(!report.nfindings || strcmp(report.findings[0].slug, "note.manager"));
	}
}

static void ufw(void **state)
{
	(void)state;
	put_rule(UR_ORIGIN_XT_NFT, "filter", "ufw-reject-input", "-A ufw-reject-input -j REJECT");
	notes("the default policy of ufw: none of its rules allowed the packet");
	advises("to allow it: `ufw allow 999/udp`");
	assert_non_null(strstr(report.why, "rejected by ufw's iptables-nft rule ip filter ufw-"));
	put_rule(UR_ORIGIN_XT, "filter", "ufw-user-input",
		 "-A ufw-user-input -s 10.0.0.0/8 -p udp -m udp --dport 999 -j REJECT");
	notes("in the chain of ufw for the administrator's own rules");
	advises("to allow it: `ufw insert 1 allow 999/udp`");
	SAMPLE_COPY(ev.rule.text,
		    "-A ufw-user-input -p udp -m udp --dport 999 -j REJECT --reject-");
	advises("to allow it: `ufw allow 999/udp`; with `insert 1` where `ufw status` shows the "
		"rule without /udp");
	ev.ev.rule.hook = NF_INET_LOCAL_OUT;
	SAMPLE_COPY(ev.rule.chain, "ufw-reject-output");
	sample_netns(&ev, "srv");
	advises("to allow it: `ip netns exec srv ufw allow out 999/udp`");
	ev.ev.rule.hook = NF_INET_FORWARD;
	SAMPLE_COPY(ev.rule.chain, "ufw-user-forward");
	advises("to allow it: `ip netns exec srv ufw route insert 1 allow proto udp to 10.219.7.2 "
		"port 999`");
	put_rule(UR_ORIGIN_XT, "filter", "ufw-user-limit", "-A ufw-user-limit -j REJECT");
	notes("ufw limits how often one address may connect");
	advises("see its rules with `ufw status numbered`");
}

static void firewalld(void **state)
{
	(void)state;
	put_rule(UR_ORIGIN_NFT, "firewalld", "filter_IN_public", "reject");
	notes("no rule of zone public of firewalld allows the packet");
	advises("to allow it: `firewall-cmd --zone=public --add-port=999/udp`");
	SAMPLE_COPY(ev.rule.chain, "filter_IN_public_deny");
	notes("zone public of firewalld");
	advises("see what rejects it with `firewall-cmd --zone=public --list-all`");
	SAMPLE_COPY(ev.rule.chain, "filter_FWD_public");
	ev.ev.rule.hook = NF_INET_FORWARD;
	advises("see what is allowed with `firewall-cmd --zone=public --list-all`");
	SAMPLE_COPY(ev.rule.chain, "filter_FWD_policy_lan_post");
	notes("policy lan of firewalld");
	advises("see what it allows with `firewall-cmd --info-policy=lan`");
	SAMPLE_COPY(ev.rule.chain, "filter_FORWARD");
	notes(NULL);
	advises("see the zones with `firewall-cmd --get-active-zones`");
	SAMPLE_COPY(ev.rule.chain, "filter_IN_$(id)");
	ev.ev.rule.hook = NF_INET_LOCAL_IN;
	advises("to allow it: `firewall-cmd --zone='$(id)' --add-port=999/udp`");
	SAMPLE_COPY(ev.rule.chain, "filter_IN_a`id`");
	advises("see the zones with `firewall-cmd --get-active-zones`");
}

static void kube_proxy(void **state)
{
	(void)state;
	put_rule(UR_ORIGIN_XT_NFT, "filter", "KUBE-SERVICES", "-j REJECT");
	SAMPLE_COPY(ev.rule.comment, "default/web:dns has no endpoints");
	notes("Service default/web, port dns, has no ready endpoints");
	advises("see why with `kubectl get endpointslices -n default -l "
		"kubernetes.io/service-name=web`");
	SAMPLE_COPY(ev.rule.comment, "default/web has no endpoints");
	notes("Service default/web has no ready endpoints");
	SAMPLE_COPY(ev.rule.comment, "default/$(id):x has no endpoints");
	advises("see which Service it is with `kubectl get endpointslices -A`");
	put_rule(UR_ORIGIN_NFT, "kube-proxy", "cluster-ips-check", "reject");
	notes("the Service with this cluster IP has no such port");
	advises("see which ports it has with `kubectl get services -A`");
	put_rule(UR_ORIGIN_NFT, "kube-proxy", "reject-chain", "reject");
	notes(NULL);
	ev.way.nmatched = 1;
	ev.way.matched[0] = (struct ur_matched){ .map = true,
						 .set = "no-endpoint-nodeports",
						 .comment = "ns/web:p80" };
	notes("probably: Service ns/web, port p80, has no ready endpoints");
}

static void others(void **state)
{
	(void)state;
	put_rule(UR_ORIGIN_XT, "filter", "f2b-sshd", "-A f2b-sshd -s 10.219.7.1/32 -j REJECT");
	notes("banned by jail sshd of fail2ban");
	advises("to end the ban: `fail2ban-client unban 10.219.7.1`");
	put_rule(UR_ORIGIN_XT, "filter", "LIBVIRT_FWI", "-A LIBVIRT_FWI -o virbr0 -j REJECT");
	SAMPLE_COPY(ev.ev.rule.oifname, "virbr0");
	notes("libvirt lets no other packets into its network of bridge virbr0");
	advises("see the networks with `virsh net-list --all`, and one of them with `virsh "
		"net-dumpxml NAME`");
	SAMPLE_COPY(ev.rule.chain, "LIBVIRT_FWO");
	notes("libvirt lets no other packets out of its network of bridge eth0");
	put_rule(UR_ORIGIN_XT, "filter", "cali-tw-cali1", "-A cali-tw-cali1 -j REJECT");
	notes(NULL);
	advises("see the policies with `kubectl get networkpolicies -A` and `calicoctl get "
		"networkpolicy -A`");
	put_rule(UR_ORIGIN_NFT, "fw4", "reject_from_wan", "reject");
	notes("zone wan of OpenWrt fw4");
	advises("to allow it, a rule in /etc/config/firewall: src wan, proto udp, dest_port 999, "
		"target ACCEPT; then `service firewall reload`");
	ev.ev.rule.hook = NF_INET_FORWARD;
	advises("see its zones and rules with `uci show firewall`");
	put_rule(UR_ORIGIN_XT, "filter", "NETAVARK_INPUT", "-A NETAVARK_INPUT -j REJECT");
	advises("see the networks with `podman network ls`");
	put_rule(UR_ORIGIN_XT, "filter", "net-fw", "-A net-fw -j REJECT");
	ev.way.marks = UR_MARK_SHOREWALL;
	advises("see the chain with `shorewall show net-fw`; what is allowed stands in "
		"/etc/shorewall/rules");
	SAMPLE_COPY(ev.rule.chain, "reject");
	ev.way.known = true;
	ev.way.nsteps = 2;
	SAMPLE_COPY(ev.way.step[1].chain, "net2fw");
	sample_netns(&ev, "srv");
	ev.packet.family = 6;
	advises("see the chain with `ip netns exec srv shorewall6 show net2fw`; what is allowed "
		"stands in /etc/shorewall6/rules");
}

/* Docker has no command for its rules, and a rule that nobody's names prove is its user's. */
static void plain_commands(void **state)
{
	(void)state;
	put_rule(UR_ORIGIN_XT_NFT, "filter", "DOCKER-USER", "-A DOCKER-USER -j REJECT");
	notes("in the chain of Docker for the administrator's own rules");
	advises("see the rule with `iptables-nft -t filter -S DOCKER-USER`");
	assert_non_null(strstr(report.why, "rejected by Docker's iptables-nft rule"));
	put_rule(UR_ORIGIN_XT_NFT, "filter", "INPUT", "-A INPUT -j REJECT");
	notes(NULL);
	advises("see the rule with `iptables-nft -t filter -S INPUT`");
	assert_non_null(strstr(report.why, "rejected by iptables-nft rule"));
}

/* Which rule it is isn't known: nothing is said of who wrote it. */
static void a_rule_that_is_not_known(void **state)
{
	(void)state;
	put_rule(UR_ORIGIN_NFT, "firewalld", "filter_IN_public", "reject");
	ev.ev.rule.flags &= (uint8_t)~UR_RULE_HANDLE;
	ur_verdict_decide(&ev, &report);
	assert_null(strstr(report.why, "firewalld's"));
	assert_null(strstr(report.advice, "firewall-cmd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ufw),
		cmocka_unit_test(firewalld),
		cmocka_unit_test(kube_proxy),
		cmocka_unit_test(others),
		cmocka_unit_test(plain_commands),
		cmocka_unit_test(a_rule_that_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
