/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

static struct ur_evidence ev;
static struct ur_report report;

/* @frames: the call chain from the generator on, separated by blanks. */
static void asked(uint8_t family, uint8_t code, const char *frames)
{
	char copy[256], *save = NULL;
	int n = 0;

	if (family == 4)
		sample_packet(&ev, 17, "10.0.0.7", 53211, "10.0.0.5", 53);
	else
		sample_packet(&ev, 17, "fd00::7", 53211, "fd00::5", 53);
	ev.ev.origin = UR_ORIGIN_UNKNOWN;
	ev.ev.family = family;
	ev.ev.type = family == 4 ? 3 : 1;
	ev.ev.code = code;
	snprintf(copy, sizeof(copy), "%s", frames);
	for (char *frame = strtok_r(copy, " ", &save); frame; frame = strtok_r(NULL, " ", &save)) {
		ev.ev.stack[n] = 0xffffffff81000000 + (uint64_t)n;
		snprintf(ev.stack[n++], UR_SYMBOL_MAX, "%s+0x1a/0x90", frame);
	}
	ev.ev.nstack = n;
	ur_verdict_decide(&ev, &report);
}

static void expect(enum ur_cause cause, enum ur_confidence confidence, const char *why)
{
	assert_string_equal(ur_cause_info(report.cause)->slug, ur_cause_info(cause)->slug);
	assert_int_equal(report.confidence, confidence);
	if (!strstr(report.why, why))
		fail_msg("\"%s\" lacks \"%s\"", report.why, why);
}

static void routes(void **state)
{
	(void)state;
	asked(4, 0, "ip_error ip_rcv_finish");
	expect(UR_CAUSE_ROUTE_NONE, UR_LIKELY, "no route leads to 10.0.0.5, or a policy rule of");
	assert_string_equal(report.advice,
			    "see `ip route get 10.0.0.5 from 10.0.0.7 iif eth0`, and `ip rule` for "
			    "policy rules");
	ev.ev.iif = 0;
	sample_netns(&ev, "srv");
	ur_verdict_decide(&ev, &report);
	expect(UR_CAUSE_ROUTE_NONE, UR_LIKELY, "to 10.0.0.5 in netns srv");
	assert_non_null(strstr(report.advice, "see `ip netns exec srv ip route get 10.0.0.5`"));
	asked(4, 1, "ip_error ip_rcv_finish");
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN, "a route of type unreachable refuses packets");
	asked(4, 13, "ip_error ip_rcv_finish");
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN, "type prohibit refuses packets to 10.0.0.5; no");
	asked(6, 0, "ip6_pkt_discard ip6_rcv_finish");
	expect(UR_CAUSE_ROUTE_NONE, UR_LIKELY, "or a route or policy rule of type unreachable");
	asked(6, 1, "ip6_pkt_drop.isra.0 ip6_rcv_finish");
	expect(UR_CAUSE_ROUTE_REJECTED, UR_PROVEN, "type prohibit");
	asked(6, 3, "ip6_pkt_drop ip6_rcv_finish"); /* it never does */
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN, "ip6_pkt_drop() asked");
}

static void neighbours(void **state)
{
	(void)state;
	asked(4, 1, "ipv4_link_failure arp_error_report neigh_invalidate");
	expect(UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN, "ARP of the next hop to 10.0.0.5 failed");
	assert_non_null(strstr(report.advice, "`ip neigh show nud failed`"));
	asked(4, 1, "ipv4_send_dest_unreach ipv4_link_failure arp_error_report");
	expect(UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN, "ARP");
	asked(6, 3, "ip6_link_failure ndisc_error_report neigh_invalidate");
	expect(UR_CAUSE_NEIGHBOUR_FAILED, UR_PROVEN, "neighbour discovery of the next hop");
	asked(4, 1,
	      "ipv4_link_failure ip_tunnel_xmit ipip_tunnel_xmit dev_hard_start_xmit "
	      "arp_error_report");
	expect(UR_CAUSE_TUNNEL_ERROR, UR_PROVEN, "a tunnel on the way to 10.0.0.5 can't send it");
	asked(6, 3, "ip6_link_failure ip6_output ip6_rcv_finish");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN, "");
	asked(6, 3, "icmp6_send ip6_err_gen_icmpv6_unreach ipip6_err");
	expect(UR_CAUSE_TUNNEL_ERROR, UR_PROVEN, "answered with an error, which is passed on");
	assert_non_null(strstr(report.advice, "`ip -d tunnel show`"));
}

static void size(void **state)
{
	(void)state;
	asked(4, 4, "ip_forward ip_rcv");
	expect(UR_CAUSE_MTU_EXCEEDED, UR_PROVEN, "is larger than the MTU on the way to 10.0.0.5");
	assert_null(strstr(report.why, "says"));
	asked(4, 4, "icmp_ndo_send ip_tunnel_xmit");
	expect(UR_CAUSE_MTU_EXCEEDED, UR_LIKELY, "(says ip_tunnel_xmit())");
	asked(4, 4, "");
	expect(UR_CAUSE_MTU_EXCEEDED, UR_LIKELY, "may not be fragmented");
}

static void policies(void **state)
{
	(void)state;
	asked(4, 5, "ip_forward ip_rcv");
	expect(UR_CAUSE_POLICY_SOURCE_ROUTE, UR_PROVEN, "strict source route");
	asked(6, 2, "ip6_forward ip6_rcv_finish");
	expect(UR_CAUSE_POLICY_SCOPE, UR_PROVEN, "link-local");
	assert_null(strstr(report.why, "proxy_ndp"));
	asked(6, 3, "ip6_link_failure ip6_forward ip6_rcv_finish");
	expect(UR_CAUSE_POLICY_SCOPE, UR_PROVEN, "fd00::5 is link-local, and this host stands in");
	assert_non_null(strstr(report.advice, "neigh show proxy"));
	asked(6, 3, "icmp6_send ip6_link_failure ip6_forward_proxy_check ip6_forward");
	expect(UR_CAUSE_POLICY_SCOPE, UR_PROVEN, "proxy_ndp");
	asked(6, 3, "ip6_link_failure ip6_finish_output2 ip6_forward");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN, "");
	asked(4, 10, "cipso_v4_error netlbl_skbuff_err");
	expect(UR_CAUSE_POLICY_LABEL, UR_PROVEN, "CIPSO");
}

static void protocols(void **state)
{
	(void)state;
	sample_unknown(&ev, "ip_protocol_deliver_rcu+0x1a/0x90");
	ur_verdict_decide(&ev, &report);
	expect(UR_CAUSE_PROTOCOL_NONE, UR_PROVEN, "nothing takes IP protocol 253:");
	assert_string_equal(report.advice, "");
	ev.packet.proto = 132;
	ur_verdict_decide(&ev, &report);
	expect(UR_CAUSE_PROTOCOL_NONE, UR_PROVEN, "nothing takes IP protocol 132 (SCTP)");
	assert_non_null(strstr(report.advice, "`modprobe sctp`"));
}

static void tunnels(void **state)
{
	(void)state;
	asked(4, 3, "gre_rcv ip_protocol_deliver_rcu");
	ev.packet.proto = 47;
	ur_verdict_decide(&ev, &report);
	expect(UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN,
	       "no GRE tunnel takes packets from 10.0.0.7 to 10.0.0.5");
	assert_non_null(strstr(report.advice, "`ip -d tunnel show`"));
	asked(6, 4, "tunnel46_rcv ip6_protocol_deliver_rcu");
	expect(UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN, "tunnel takes packets from fd00::7");
	asked(6, 3, "icmpv6_ndo_send wg_xmit dev_hard_start_xmit");
	expect(UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN, "no WireGuard peer is allowed fd00::5");
	assert_non_null(strstr(report.advice, "`wg show`"));
	asked(4, 3, "xfrm4_esp_rcv ip_protocol_deliver_rcu");
	expect(UR_CAUSE_XFRM_NO_STATE, UR_PROVEN, "no IPsec handler took");
	/* Its header is one that the parser has gone on behind. */
	asked(6, 4, "xfrm6_ah_rcv ip6_protocol_deliver_rcu");
	expect(UR_CAUSE_XFRM_NO_STATE, UR_PROVEN, "no IPsec handler took the AH packet");
	asked(4, 3, "tunnelmpls4_rcv ip_protocol_deliver_rcu");
	ev.packet.proto = 137;
	ur_verdict_decide(&ev, &report);
	expect(UR_CAUSE_TUNNEL_NO_ENDPOINT, UR_PROVEN, "no MPLS-in-IP tunnel takes packets");
}

static void ipvs(void **state)
{
	(void)state;
	asked(4, 3, "ip_vs_leave ip_vs_in_hook");
	expect(UR_CAUSE_IPVS_NO_DESTINATION, UR_PROVEN, "the IPVS service 10.0.0.5:53 has no real");
	assert_non_null(strstr(report.advice, "`ipvsadm -Ln`"));
	asked(4, 3, "ip_vs_out_hook nf_hook_slow");
	expect(UR_CAUSE_IPVS_NO_CONNECTION, UR_PROVEN, "real server 10.0.0.7:53211");
}

static void programs(void **state)
{
	(void)state;
	asked(4, 3, "bpf_icmp_send bpf_prog_0123456789abcdef_deny_all tcf_classify");
	expect(UR_CAUSE_BPF_ICMP_SEND, UR_PROVEN, "the BPF program deny_all asked for it");
	asked(4, 3, "bpf_icmp_send cls_bpf_classify");
	expect(UR_CAUSE_BPF_ICMP_SEND, UR_PROVEN, "the BPF program that ran asked for it");
}

static void without_its_entry(void **state)
{
	(void)state;
	asked(4, 13, "ip_error ip_rcv_finish");
	ev.ev.flags |= UR_EV_NO_ENTRY;
	ur_verdict_decide(&ev, &report);
	expect(UR_CAUSE_ROUTE_REJECTED, UR_LIKELY, "prohibit");
}

/* A generator further out than the one that asked is none. */
static void not_further_out(void **state)
{
	(void)state;
	asked(4, 3, "something_else ip_vs_leave");
	expect(UR_CAUSE_UNKNOWN, UR_UNKNOWN, "something_else() asked");
}

/* Functions whose causes are not of this table, by the hooks that see them. */
static bool seen_otherwise(const char *func)
{
	static const char *const others[] = { "__udp4_lib_rcv",  "__udp6_lib_rcv",
					      "udp_rcv",         "udpv6_rcv",
					      "nf_send_unreach", "nf_send_unreach6" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(func, others[i]) == 0)
			return true;
	return false;
}

static int code_number(const char *name)
{
	static const struct {
		const char *name;
		int code;
	} codes[] = {
		{ "ICMP_HOST_UNREACH", 1 },    { "ICMP_PROT_UNREACH", 2 },
		{ "ICMP_PORT_UNREACH", 3 },    { "ICMP_FRAG_NEEDED", 4 },
		{ "ICMP_SR_FAILED", 5 },       { "ICMP_NET_ANO", 9 },
		{ "ICMP_HOST_ANO", 10 },       { "ICMPV6_ADM_PROHIBITED", 1 },
		{ "ICMPV6_NOT_NEIGHBOUR", 2 }, { "ICMPV6_ADDR_UNREACH", 3 },
		{ "ICMPV6_PORT_UNREACH", 4 },  { "*", -1 },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(name, codes[i].name) == 0)
			return codes[i].code;
	fail_msg("%s: what number is that?", name);
	return -1;
}

/* Does the table say what it means when @func asks with @code, with any when that is -1? */
static bool explained(uint8_t family, int code, const char *func)
{
	char frames[160];

	/* Of a link's failure, what failed is told further out. */
	snprintf(frames, sizeof(frames), "%s arp_error_report", func);
	for (int c = code < 0 ? 0 : code; c <= (code < 0 ? 15 : code); c++) {
		asked(family, (uint8_t)c, frames);
		if (report.cause != UR_CAUSE_UNKNOWN)
			return true;
	}
	return false;
}

/* Every call that the source of a kernel has, as tools/callsites lists them. */
static void call_sites(void **state)
{
	static const char *const lists[] = { "5.10", "6.1", "6.12", "newest" };
	char path[64], line[256], code[64], func[64];
	unsigned int family, lines;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "tests/callsites/%s.txt", lists[i]);
		f = fopen(path, "re");
		if (!f)
			fail_msg("%s is not there (run from the top of the tree)", path);
		for (lines = 0; fgets(line, sizeof(line), f);) {
			if (line[0] == '#')
				continue;
			lines++;
			assert_int_equal(sscanf(line, "%u %63s %63s", &family, code, func), 3);
			if (!seen_otherwise(func) &&
			    !explained((uint8_t)family, code_number(code), func))
				fail_msg("%s: nothing says what it means: %s", path, line);
		}
		assert_true(lines > 40);
		fclose(f);
	}
	assert_false(explained(4, 3, "some_new_driver_xmit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(size),
		cmocka_unit_test(policies),
		cmocka_unit_test(protocols),
		cmocka_unit_test(tunnels),
		cmocka_unit_test(ipvs),
		cmocka_unit_test(programs),
		cmocka_unit_test(without_its_entry),
		cmocka_unit_test(not_further_out),
		cmocka_unit_test(call_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
