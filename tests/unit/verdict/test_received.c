/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/receipt.h"

static struct ur_receipt r;
static struct ur_report report;

static void came(const char *from)
{
	sample_receipt(&r, from, IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
}

static void expect_why(const char *why)
{
	ur_receipt_explain(&r, &report);
	assert_string_equal(report.why, why);
}

static const char *finding(const char *slug)
{
	ur_receipt_explain(&r, &report);
	for (uint32_t i = 0; i < report.nfindings; i++)
		if (strcmp(report.findings[i].slug, slug) == 0)
			return report.findings[i].text;
	return NULL;
}

static void expect(const char *slug, const char *text)
{
	assert_non_null(finding(slug));
	assert_string_equal(finding(slug), text);
}

static void records(void **state)
{
	struct ur_received rec;

	(void)state;
	sample_received(&rec, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), 0);
	assert_int_equal(r.packet.proto, IPPROTO_UDP);
	assert_int_equal(r.packet.sport, 53211);
	assert_int_equal(r.packet.dport, 53);
	assert_int_equal(r.packet.ttl, 63);
	assert_int_equal(r.netns.inum, 4026531840);
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec) - 1), -EPROTO);
	assert_int_equal(ur_receipt_from_record(&r, &rec, 0), -EPROTO);
	rec.ntold = UR_TOLD_MAX + 1;
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), -EPROTO);
	rec.ntold = 0;
	rec.snap_len = UR_SNAP_MAX + 1;
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), -EPROTO);
	rec.snap_len = 0; /* nothing of the quote could be read */
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), 0);
	assert_int_equal(r.packet.family, 0);
	rec.family = 5;
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), -EPROTO);
	rec.family = 4;
	rec.answer = UR_ANSWER_ICMP;
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), -EPROTO);
	rec.answer = UR_ANSWER_RECEIVED;
	rec.version = 0;
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), -EPROTO);
	rec.version = UR_EVENT_VERSION;
	rec.len++;
	assert_int_equal(ur_receipt_from_record(&r, &rec, sizeof(rec)), -EPROTO);
}

static void as_an_event_to_select(void **state)
{
	static struct ur_evidence ev;

	(void)state;
	came("10.0.0.9");
	ur_receipt_event(&r, &ev);
	assert_int_equal(ev.packet.dport, 53);
	assert_int_equal(ev.ev.snap_len, 28);
	assert_string_equal(ev.ev.iifname, "eth0");
	assert_int_equal(ev.count, 1);
}

static void told(void **state)
{
	(void)state;
	came("10.0.0.9");
	sample_told(&r, "dig");
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_TOLD);
	expect_why("delivered to dig (pid 812)");
	assert_string_equal(report.advice,
			    "its cause is to be looked for on 10.0.0.9: run unreach there");
	sample_told(&r, NULL);
	expect_why("delivered to dig (pid 812) and a socket of uid 33");
	r.rec.flags |= UR_RC_TOLD_MORE;
	expect_why("delivered to dig (pid 812) and a socket of uid 33 and more");
}

static void not_told(void **state)
{
	(void)state;
	came("10.0.0.9");
	r.rec.flags = UR_RC_SOCKS | UR_RC_FIT;
	r.rec.fit.uid = 33;
	sample_owner(&r.fit, "named", 77);
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_NOT_TOLD);
	expect_why("named (pid 77) has the socket, but is not told: it is not connected, and has "
		   "not asked for errors (IP_RECVERR)");
	r.rec.fit.flags = UR_SK_CONNECTED;
	expect_why("named (pid 77) has the socket, but is not told of this error");
	r.fit.looked = UR_FOUND_NONE;
	r.rec.fit.flags = UR_SK_KERNEL;
	expect_why("a socket of the kernel's has the socket, but is not told: it is not connected, "
		   "and has not asked for errors (IP_RECVERR)");
}

static void nobody(void **state)
{
	(void)state;
	came("10.0.0.9");
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_UNKNOWN);
	expect_why("to whom was not seen");
	r.rec.flags = UR_RC_SOCKS;
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_NO_SOCKET);
	expect_why("no socket is there that could have sent that packet");
	/* ICMP: nobody looked at UDP's table for it. */
	sample_receipt(&r, "10.0.0.9", IPPROTO_ICMP, "10.0.0.5", 0, "10.0.0.9", 0);
	r.rec.flags = UR_RC_SOCKS;
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_UNKNOWN);
}

static void connections(void **state)
{
	(void)state;
	sample_receipt(&r, "10.0.0.9", IPPROTO_TCP, "10.0.0.5", 40000, "10.0.0.9", 80);
	r.rec.flags = UR_RC_TCP;
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_NOT_TOLD);
	expect_why("told to no program: TCP has the connection, and goes on with it");
	r.missing = UR_MISSING_RECEIVED;
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_UNKNOWN);
	r.missing = 0;
	r.rec.tcp_ret = -ENOENT;
	assert_int_equal(ur_delivery_of(&r), UR_DELIVERY_NO_SOCKET);
	expect_why("there is no such connection");
	sample_told(&r, "curl");
	expect_why("delivered to curl (pid 812)");
}

static void generated_here(void **state)
{
	(void)state;
	came("10.0.0.9");
	assert_null(finding("note.generated-here"));
	r.rec.flags = UR_RC_MADE;
	r.made = (struct ur_netns){ .looked = UR_FOUND, .inum = 7, .name = "ct" };
	r.rec.frag = 0x4000;
	r.rec.tos = 0;
	r.from_here = UR_FOUND;
	expect("note.generated-here",
	       "generated by this kernel in netns ct: why is told with the event about that");
	assert_int_equal(report.nfindings, 1); /* what the wire tells is no news then */
	assert_string_equal(report.advice, "");
	r.made.inum = r.netns.inum;
	SAMPLE_COPY(r.made.name, "host");
	expect("note.generated-here",
	       "generated by this kernel: why is told with the event about that");
}

static void forged(void **state)
{
	(void)state;
	came("10.0.0.5");
	r.from_here = UR_FOUND;
	expect("note.not-generated-here",
	       "10.0.0.5 is an address of this host's own, but the error was not generated by this "
	       "kernel as far as seen: a program that writes its own (raw socket, BPF), or a "
	       "forgery");
	assert_non_null(strstr(report.advice, "ss -wanp"));
	assert_null(finding("note.from-router"));
	assert_true(ur_receipt_maker_seen(&r));
	r.missing = UR_MISSING_ICMP4;
	assert_false(ur_receipt_maker_seen(&r));
	assert_null(finding("note.not-generated-here"));
	r.missing = UR_MISSING_ICMP6;
	assert_non_null(finding("note.not-generated-here"));
	r.from_here = UR_COULD_NOT;
	assert_null(finding("note.not-generated-here"));
	/* Of another namespace, where programs are. */
	r.from_here = UR_FOUND_NONE;
	r.home = (struct ur_netns){ .inum = 7, .looked = UR_FOUND, .name = "srv" };
	r.program[0] = (struct ur_tc){ .kind = "bpf", .dev = "s0", .name = "lb", .prog = 5 };
	r.program[1] = (struct ur_tc){ .kind = "xdp", .dev = "s1", .prog = 6 };
	r.nprograms = 2;
	expect("note.not-generated-here",
	       "10.0.0.5 is an address of this host's own in netns srv, but the error was not "
	       "generated by this kernel as far as seen: the BPF program lb (id 5) at tc ingress of "
	       "s0, or the BPF program xdp (id 6) at s1 could have written it, as could a raw socket");
	assert_non_null(strstr(report.advice, "BPF programs there: "));
	r.home.inum = r.nprograms = 0;
	/* Tunnels make these without icmp_send(). */
	r.from_here = UR_FOUND;
	r.rec.code = 4;
	assert_null(finding("note.not-generated-here"));
	assert_string_equal(report.advice, "");
}

static void what_the_wire_tells(void **state)
{
	(void)state;
	came("10.0.0.9");
	assert_null(finding("note.from-router"));
	assert_null(finding("note.odd-maker"));
	expect("note.hops", "the quoted TTL of 63 says that likely 1 router had passed the packet "
			    "on");
	came("10.0.0.1");
	expect("note.from-router",
	       "not 10.0.0.9 itself says so, but 10.0.0.1: a router or firewall on the way");
	r.rec.tos = 0;
	assert_null(finding("note.odd-maker"));
	r.rec.frag = 0x4000;
	expect("note.odd-maker",
	       "it has TOS 0x00 and DF, which the ICMP of a Linux kernel has not: likely made by a "
	       "firewall's bridge or netdev rule, a program, or another system");
	r.packet.ttl = 64;
	expect("note.hops", "the quoted TTL of 64 says that no router had passed the packet on");
	r.packet.ttl = 126;
	expect("note.hops",
	       "the quoted TTL of 126 says that likely 2 routers had passed the packet on");
	r.packet.ttl = 80; /* of nobody's start */
	assert_null(finding("note.hops"));
	sample_receipt(&r, "fd00::9", IPPROTO_UDP, "fd00::5", 53211, "fd00::9", 53);
	assert_null(finding("note.odd-maker"));
	expect("note.hops", "the quoted hop limit of 63 says that likely 1 router had passed the "
			    "packet on");
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(ur_delivery_name(UR_DELIVERY_TOLD), "told");
	assert_string_equal(ur_delivery_name(UR_DELIVERY_NOT_TOLD), "not-told");
	assert_string_equal(ur_delivery_name(UR_DELIVERY_NO_SOCKET), "no-socket");
	assert_string_equal(ur_delivery_name(99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records), cmocka_unit_test(as_an_event_to_select),
		cmocka_unit_test(told),    cmocka_unit_test(not_told),
		cmocka_unit_test(nobody),  cmocka_unit_test(connections),
		cmocka_unit_test(forged),  cmocka_unit_test(generated_here),
		cmocka_unit_test(names),   cmocka_unit_test(what_the_wire_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
