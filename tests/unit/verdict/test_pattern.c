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

static const struct ur_finding *finding(const char *slug)
{
	ur_verdict_decide(&ev, &report);
	for (uint32_t i = 0; i < report.nfindings; i++)
		if (strcmp(report.findings[i].slug, slug) == 0)
			return &report.findings[i];
	return NULL;
}

static void expect(const char *slug, const char *text)
{
	const struct ur_finding *found = finding(slug);

	assert_non_null(found);
	assert_string_equal(found->text, text);
}

static void a_traceroute(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 33435);
	ev.packet.ttl = 1;
	assert_null(finding("note.traceroute"));
	ev.pattern.probes = 2;
	expect("note.traceroute", "looks like a traceroute's probe: UDP port 33435, which arrived "
				  "with TTL 1; this answer is what it waits for");
	assert_int_equal(report.cause, UR_CAUSE_SOCKET_NONE);
	sample_miss(&ev, IPPROTO_UDP, "fd00::7", 40000, "fd00::5", 33435);
	ev.packet.ttl = 2;
	ev.pattern.probes = 1;
	expect("note.traceroute", "looks like a traceroute's probe: UDP port 33435, which arrived "
				  "with hop limit 2; this answer is what it waits for");
}

static void a_scan(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 20009);
	assert_null(finding("note.scan"));
	ev.pattern = (struct ur_pattern){
		.ports = 10, .lowest = 20000, .highest = 20009, .ns = 1234567890
	};
	expect("note.scan", "looks like a port scan: 10 closed UDP ports (20000 to 20009) from "
			    "10.0.0.7 in 1.2 s");
	assert_false(finding("note.scan")->told);
	ev.pattern.told = true;
	assert_true(finding("note.scan")->told);
	ev.pattern.by_rule = true;
	expect("note.scan", "looks like a port scan: 10 refused UDP ports (20000 to 20009) from "
			    "10.0.0.7 in 1.2 s");
}

static void a_source_that_can_not_be(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	ev.back.looked = UR_COULD_NOT;
	assert_null(finding("note.spoofed-source"));
	ev.back.looked = UR_FOUND_NONE;
	assert_null(finding("note.spoofed-source"));
	ev.back.looked = UR_FOUND;
	SAMPLE_COPY(ev.back.dev, "s0");
	SAMPLE_COPY(ev.back.in, "k0\033");
	expect("note.spoofed-source",
	       "the packet came in on k0\\x1b, but the route back to 10.0.0.7 leaves by s0: the "
	       "source is likely forged, unless routing is asymmetric here; the answer goes to "
	       "whoever has that address");
	ev.back.own = true;
	expect("note.spoofed-source",
	       "the source 10.0.0.7 is an address of this host's own, but the packet came in on "
	       "k0\\x1b: likely forged, or looped back");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_traceroute),
		cmocka_unit_test(a_scan),
		cmocka_unit_test(a_source_that_can_not_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
