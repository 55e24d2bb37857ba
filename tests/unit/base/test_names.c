/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include "bpf/abi.h"
#include "user/base/names.h"

static void protocols(void **state)
{
	char buf[UR_NUMBER_TEXT];

	(void)state;
	assert_string_equal(ur_proto_name(IPPROTO_UDP, buf), "udp");
	assert_string_equal(ur_proto_name(IPPROTO_UDPLITE, buf), "udplite");
	assert_string_equal(ur_proto_name(253, buf), "253");
	assert_string_equal(ur_proto_title(IPPROTO_UDPLITE, buf), "UDP-Lite");
	assert_string_equal(ur_proto_title(255, buf), "255");
}

static void icmp_codes(void **state)
{
	(void)state;
	assert_string_equal(ur_icmp_name(4, 3, 3), "port-unreachable");
	assert_string_equal(ur_icmp_name(4, 3, 0), "net-unreachable");
	assert_string_equal(ur_icmp_name(4, 3, 13), "admin-prohibited");
	assert_string_equal(ur_icmp_name(4, 3, 15), "precedence-cutoff");
	assert_string_equal(ur_icmp_name(4, 3, 16), "unreachable");
	assert_string_equal(ur_icmp_name(6, 1, 4), "port-unreachable");
	assert_string_equal(ur_icmp_name(6, 1, 1), "admin-prohibited");
	assert_string_equal(ur_icmp_name(6, 1, 6), "reject-route");
	assert_string_equal(ur_icmp_name(6, 1, 7), "unreachable");
	assert_string_equal(ur_icmp_name(4, 11, 0), "error");
	assert_string_equal(ur_icmp_name(6, 3, 0), "error");
}

static void netfilter(void **state)
{
	(void)state;
	assert_string_equal(ur_nf_family_name(NFPROTO_INET), "inet");
	assert_string_equal(ur_nf_family_name(NFPROTO_IPV6), "ip6");
	assert_null(ur_nf_family_name(0));
	assert_string_equal(ur_nf_hook_name(NFPROTO_IPV4, NF_INET_LOCAL_IN), "input");
	assert_string_equal(ur_nf_hook_name(NFPROTO_IPV6, NF_INET_LOCAL_OUT), "output");
	assert_string_equal(ur_nf_hook_name(NFPROTO_INET, 5), "ingress");
	assert_string_equal(ur_nf_hook_name(NFPROTO_NETDEV, 0), "ingress");
	assert_string_equal(ur_nf_hook_name(NFPROTO_NETDEV, 1), "egress");
	assert_string_equal(ur_nf_hook_name(NFPROTO_BRIDGE, 2), "forward");
	assert_null(ur_nf_hook_name(NFPROTO_BRIDGE, 5));
	assert_null(ur_nf_hook_name(NFPROTO_NETDEV, 2));
	assert_null(ur_nf_hook_name(NFPROTO_IPV4, 6));
	assert_null(ur_nf_hook_name(0, 1));
}

static void mismatches(void **state)
{
	(void)state;
	assert_string_equal(ur_mismatch_name(UR_MM_NONE), "none");
	assert_string_equal(ur_mismatch_name(UR_MM_PROTOCOL), "protocol");
	assert_null(ur_mismatch_name(UR_MM_PROTOCOL + 1));
}

static void tcp(void **state)
{
	char buf[UR_TCP_FLAGS_TEXT];

	(void)state;
	assert_string_equal(ur_tcp_flags_text(0, buf), "no flags");
	assert_string_equal(ur_tcp_flags_text(0x12, buf), "SYN, ACK");
	assert_string_equal(ur_tcp_flags_text(0xff, buf), "FIN, SYN, RST, PSH, ACK, URG, ECE, CWR");
	assert_string_equal(ur_tcp_flag_name(1), "syn");
	assert_null(ur_tcp_flag_name(8));
	assert_null(ur_tcp_state_name(0));
	assert_string_equal(ur_tcp_state_name(1), "ESTAB");
	assert_string_equal(ur_tcp_state_name(6), "TIME-WAIT");
	assert_string_equal(ur_tcp_state_name(10), "LISTEN");
	assert_null(ur_tcp_state_name(13));
}

static void signals(void **state)
{
	char buf[UR_NUMBER_TEXT];

	(void)state;
	assert_string_equal(ur_signal_name(SIGKILL, buf), "SIGKILL");
	assert_string_equal(ur_signal_name(SIGSYS, buf), "SIGSYS");
	assert_string_equal(ur_signal_name(0, buf), "signal 0");
	assert_string_equal(ur_signal_name(50, buf), "signal 50");
	assert_string_equal(ur_signal_name(127, buf), "signal 127");
	assert_string_equal(ur_signal_name(-1, buf), "signal -1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols), cmocka_unit_test(icmp_codes),
		cmocka_unit_test(netfilter), cmocka_unit_test(mismatches),
		cmocka_unit_test(tcp),       cmocka_unit_test(signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
