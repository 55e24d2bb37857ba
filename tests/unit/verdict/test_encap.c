/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "user/verdict/encap.h"

static void known_functions(void **state)
{
	(void)state;
	assert_string_equal(ur_encap_find("vxlan_rcv [vxlan]")->name, "vxlan");
	assert_string_equal(ur_encap_find("wg_receive+0x1/0x40 [wireguard]")->title, "WireGuard");
	assert_string_equal(ur_encap_find("fou_udp_recv.isra.0+0x1/0x40 [fou]")->show,
			    "ip fou show");
	assert_string_equal(ur_encap_find("gue_udp_recv")->name, "gue");
}

static void other_functions(void **state)
{
	(void)state;
	assert_null(ur_encap_find(""));
	assert_null(ur_encap_find("vxlan_rcv_more [vxlan]"));
	assert_null(ur_encap_find("vxlan [vxlan]"));
	assert_null(ur_encap_find("0xffffffffc0123456"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_functions),
		cmocka_unit_test(other_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
