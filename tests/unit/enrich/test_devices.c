// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <net/if.h>
#include "tests/unit/sample.h"
#include "user/enrich/devices.h"

static struct ur_evidence ev;

static void names(void **state)
{
	unsigned int lo = if_nametoindex("lo");

	(void)state;
	if (!lo)
		skip();
	memset(&ev, 0, sizeof(ev));
	ev.ev.nsocks = 3;
	ev.ev.socks[0].bound_ifindex = lo;
	ev.ev.socks[2].bound_ifindex = 0x7ffffff0; /* there is none */
	ev.ev.iif = 5;
	ev.ev.sdif = lo;
	ur_devices_name(&ev);
	assert_int_equal(ev.bound[0], UR_FOUND);
	assert_string_equal(ev.bound_dev[0], "lo");
	assert_int_equal(ev.bound[1], UR_NOT_ASKED);
	assert_int_equal(ev.bound[2], UR_FOUND_NONE);
	assert_string_equal(ev.bound_dev[2], "");
	assert_string_equal(ev.slave, "lo");
	ev.slave[0] = '\0';
	ev.ev.iif = lo; /* in no VRF */
	ur_devices_name(&ev);
	assert_string_equal(ev.slave, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
