/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "tests/unit/receipt.h"
#include "tests/unit/sink/json_field.h"

static struct ur_receipt r;

static void make_received(void)
{
	static struct ur_report report;

	json_decref(event);
	ur_receipt_explain(&r, &report);
	event = ur_json_received(&r, &report);
	assert_non_null(event);
	assert_true(schema_valid(schema, event, "event"));
}

static void is_flag(const char *path, bool want)
{
	assert_true(json_is_boolean(field(path)));
	assert_int_equal(json_is_true(field(path)), want);
}

static void told(void **state)
{
	(void)state;
	sample_receipt(&r, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
	sample_told(&r, "dig");
	r.rec.id = 4711;
	make_received();
	is_number("schema", 1);
	is_number("seq", 18);
	is_string("answer", "received");
	is_string("time", "2026-11-21T02:45:20.123456789Z");
	is_string("icmp.name", "port-unreachable");
	is_string("icmp.from", "10.0.0.9");
	is_string("icmp.to", "10.0.0.5");
	is_string("icmp.iif", "eth0");
	is_number("icmp.tos", 192);
	is_number("icmp.ttl", 64);
	is_number("icmp.id", 4711);
	is_flag("icmp.df", false);
	is_string("packet.src", "10.0.0.5");
	is_number("packet.sport", 53211);
	is_number("packet.dport", 53);
	is_number("packet.ttl", 63);
	is_string("netns.name", "host");
	is_string("delivery", "told");
	is_string("recipients.0.proto", "udp");
	is_number("recipients.0.pid", 812);
	is_string("recipients.0.comm", "dig");
	is_flag("generated_here", false);
	r.missing = UR_MISSING_ICMP4;
	make_received();
	is_null("generated_here");
	is_absent("generated_in");
	is_absent("from_own_address");
	is_absent("cause");
	is_absent("outcome");
	is_string("also.0.slug", "note.hops");
}

static void generated_here(void **state)
{
	(void)state;
	sample_receipt(&r, "fd00::9", IPPROTO_UDP, "fd00::5", 53211, "fd00::9", 53);
	r.rec.flags = UR_RC_MADE | UR_RC_SOCKS;
	r.made = (struct ur_netns){ .looked = UR_FOUND, .inum = 7, .name = "ct" };
	make_received();
	is_string("delivery", "no-socket");
	is_absent("recipients");
	is_flag("generated_here", true);
	is_string("generated_in.name", "ct");
	is_absent("icmp.df");
	is_absent("advice");
}

static void others(void **state)
{
	(void)state;
	sample_receipt(&r, "10.0.0.5", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
	r.from_here = UR_FOUND;
	r.home.inum = 7;
	r.program[0] = (struct ur_tc){ .kind = "bpf", .dev = "s0", .name = "lb", .prog = 5 };
	r.nprograms = 1;
	r.rec.flags = UR_RC_SOCKS | UR_RC_FIT;
	r.rec.fit = (struct ur_sock){ .proto = IPPROTO_UDP, .flags = UR_SK_KERNEL, .cookie = 9 };
	make_received();
	is_flag("from_own_address", true);
	is_number("from_netns.inum", 7);
	is_number("bpf_programs.0.prog_id", 5);
	is_string("bpf_programs.0.hook", "tc-ingress");
	is_string("delivery", "not-told");
	is_flag("recipients.0.kernel", true);
	is_number("recipients.0.cookie", 9);
	is_absent("recipients.0.pid");
	r.from_here = UR_COULD_NOT;
	r.packet.family = 0;
	make_received();
	is_null("from_own_address");
	is_null("packet");
}

static int load(void **state)
{
	(void)state;
	schema = json_load_file(SCHEMA, 0, NULL);
	return !schema;
}

static int unload(void **state)
{
	(void)state;
	json_decref(event);
	json_decref(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told),
		cmocka_unit_test(generated_here),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
