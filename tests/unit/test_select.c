/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/select.h"

static struct ur_evidence ev;
static struct ur_report report = { .cause = UR_CAUSE_SOCKET_NONE };

static bool shown(const struct ur_select *select)
{
	return ur_select_early(select, &ev) && ur_select_event(select, &ev, &report);
}

static bool on(const char *name)
{
	return shown(&(struct ur_select){ .interface = name });
}

static void everything(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	assert_true(shown(&(struct ur_select){}));
}

static void by_cause(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	assert_true(shown(&(struct ur_select){ .cause = "rule,socket" }));
	assert_false(shown(&(struct ur_select){ .cause = "rule" }));
}

static void by_interface(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	assert_true(on("eth0"));
	assert_false(on("eth1"));
	assert_false(on("eth"));
	SAMPLE_COPY(ev.ev.rule.oifname, "eth1");
	assert_true(on("eth1"));
	SAMPLE_COPY(ev.ev.rule.iifname, "br0");
	assert_true(on("br0"));
}

/* The port of a VRF is known by number first: it passes, until its name is known, too. */
static void by_interface_of_a_vrf(void **state)
{
	const struct ur_select select = { .interface = "eth7" };

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	SAMPLE_COPY(ev.ev.iifname, "red");
	assert_false(ur_select_early(&select, &ev));
	ev.ev.sdif = 5;
	assert_true(ur_select_early(&select, &ev));
	assert_false(ur_select_event(&select, &ev, &report));
	SAMPLE_COPY(ev.slave, "eth7");
	assert_true(shown(&select));
	assert_true(on("red"));
	ev.ev.sdif = ev.ev.iif;
	SAMPLE_COPY(ev.slave, "");
	assert_false(ur_select_early(&select, &ev));
}

static void by_packet(void **state)
{
	static const uint8_t packet[] = { 0x45, 0, 0,  28, 0, 0, 0,   0, 64, 17, 0, 0, 10, 0,
					  0,    7, 10, 0,  0, 5, 100, 0, 0,  53, 0, 8, 0,  0 };
	char *words[] = { "port", "53" }, *others[] = { "tcp" };
	struct ur_filter *dns = NULL, *tcp = NULL;
	char err[64];

	(void)state;
	assert_int_equal(ur_filter_new(words, 2, err, sizeof(err), &dns), 0);
	assert_int_equal(ur_filter_new(others, 1, err, sizeof(err), &tcp), 0);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 53);
	memcpy(ev.ev.snap, packet, sizeof(packet));
	ev.ev.snap_len = sizeof(packet);
	assert_true(shown(&(struct ur_select){ .filter = dns }));
	assert_false(shown(&(struct ur_select){ .filter = tcp }));
	ev.ev.snap_len = 20; /* the port is not there to be seen */
	assert_false(shown(&(struct ur_select){ .filter = dns }));
	ur_filter_free(dns);
	ur_filter_free(tcp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),   cmocka_unit_test(by_cause),
		cmocka_unit_test(by_interface), cmocka_unit_test(by_interface_of_a_vrf),
		cmocka_unit_test(by_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
