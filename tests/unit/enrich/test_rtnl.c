// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/socket.h>
#include "user/enrich/rtnl.h"

static union ur_rtnl_answer answer;

static int route(uint8_t family, const char *dst, uint16_t type)
{
	const struct rtmsg rtm = { .rtm_family = family,
				   .rtm_dst_len = family == AF_INET ? 32 : 128 };
	uint8_t addr[16];
	const struct ur_rtnl_arg args[] = { { 0, 4, NULL },
					    { RTA_DST, family == AF_INET ? 4 : 16, addr } };

	assert_int_equal(inet_pton(family, dst, addr), 1);
	return ur_rtnl_get(type, &rtm, sizeof(rtm), args, 2, &answer);
}

static void a_route(void **state)
{
	const struct rtmsg *rtm = NLMSG_DATA(&answer.nlh);
	const struct rtattr *dst;

	(void)state;
	assert_int_equal(route(AF_INET, "127.0.0.1", RTM_GETROUTE), 0);
	assert_int_equal(rtm->rtm_type, RTN_LOCAL);
	assert_int_equal(ur_rtnl_u32(ur_rtnl_attr(&answer, sizeof(*rtm), RTA_OIF)), 1);
	dst = ur_rtnl_attr(&answer, sizeof(*rtm), RTA_DST);
	assert_non_null(dst);
	assert_memory_equal(RTA_DATA(dst), "\x7f\0\0\x01", 4);
	assert_null(ur_rtnl_attr(&answer, sizeof(*rtm), RTA_GATEWAY));
}

static void a_link(void **state)
{
	const struct ifinfomsg lo = { .ifi_index = 1 }, none = { .ifi_index = 0x7ffffff0 };
	const struct rtattr *name;

	(void)state;
	assert_int_equal(ur_rtnl_get(RTM_GETLINK, &lo, sizeof(lo), NULL, 0, &answer), 0);
	name = ur_rtnl_attr(&answer, sizeof(lo), IFLA_IFNAME);
	assert_non_null(name);
	assert_string_equal(RTA_DATA(name), "lo");
	assert_int_equal(ur_rtnl_u32(name), 0); /* no number */
	assert_int_equal(ur_rtnl_get(RTM_GETLINK, &none, sizeof(none), NULL, 0, &answer), -ENODEV);
}

static void what_the_kernel_refuses(void **state)
{
	const struct rtmsg rtm = { .rtm_family = AF_INET };
	uint8_t much[600] = {};
	const struct ur_rtnl_arg arg = { RTA_DST, sizeof(much), much };

	(void)state;
	assert_true(route(AF_INET, "127.0.0.1", 0x3ff2) < 0); /* no such request */
	assert_int_equal(ur_rtnl_get(RTM_GETROUTE, &rtm, sizeof(rtm), &arg, 1, &answer), -EMSGSIZE);
	assert_int_equal(ur_rtnl_get(RTM_GETROUTE, much, sizeof(much), NULL, 0, &answer),
			 -EMSGSIZE);
}

static void broken_attributes_end_the_search(void **state)
{
	uint32_t raw[8] = {};
	struct rtattr *a = (void *)raw, *b = (void *)(raw + 2);

	(void)state;
	*a = (struct rtattr){ .rta_len = 8, .rta_type = 5 };
	*b = (struct rtattr){ .rta_len = 5, .rta_type = 6 | NLA_F_NESTED };
	assert_ptr_equal(ur_rtnl_find(raw, 13, 5), a);
	assert_ptr_equal(ur_rtnl_find(raw, 13, 6), b); /* the last needs no padding */
	assert_null(ur_rtnl_find(raw, 12, 6));
	assert_null(ur_rtnl_find(raw, 0, 5));
	a->rta_len = 3;
	assert_null(ur_rtnl_find(raw, 13, 6));
	a->rta_len = 14;
	assert_null(ur_rtnl_find(raw, 13, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route),
		cmocka_unit_test(a_link),
		cmocka_unit_test(what_the_kernel_refuses),
		cmocka_unit_test(broken_attributes_end_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
