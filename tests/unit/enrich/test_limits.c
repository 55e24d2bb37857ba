// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "tests/unit/sample.h"
#include "user/enrich/limits.h"

static struct ur_evidence ev;

static void denied(const char *dst, uint8_t window)
{
	sample_miss(&ev, IPPROTO_UDP, strchr(dst, ':') ? "fd00::7" : "10.0.0.7", 1, dst, 2);
	ev.ev.window = window;
	ev.limit = (struct ur_limit){};
}

/* As they are where the tests run, without changing any. */
static void read_here(void **state)
{
	static const struct {
		const char *dst;
		uint8_t window;
		const char *first;
	} cases[] = {
		{ "10.0.0.5", UR_WIN_PEER_DENY, "net.ipv4.icmp_ratelimit" },
		{ "fd00::5", UR_WIN_PEER_DENY, "net.ipv6.icmp.ratelimit" },
		{ "10.0.0.5", UR_WIN_GLOBAL_DENY, "net.ipv4.icmp_msgs_per_sec" },
		{ "fd00::5", UR_WIN_GLOBAL_DENY, "net.ipv4.icmp_msgs_per_sec" },
		{ "10.0.0.5", UR_WIN_ERROR_DENY, "net.ipv4.route.error_cost" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		denied(cases[i].dst, cases[i].window);
		assert_true(ur_limits_wants(&ev));
		ur_limits_find(&ev, NULL);
		ur_limits_of_host(&ev);
		if (ev.limit.looked == UR_COULD_NOT) { /* a container without /proc/sys/net */
			assert_string_not_equal(ev.limit.reason, "");
			continue;
		}
		assert_int_equal(ev.limit.looked, UR_FOUND);
		if (ev.limit.setting[0].name[0]) {
			assert_string_equal(ev.limit.setting[0].name, cases[i].first);
			assert_string_not_equal(ev.limit.setting[0].value, "");
			assert_null(strchr(ev.limit.setting[0].value, '\n'));
		}
	}
}

static void only_where_a_limit_said_no(void **state)
{
	static const uint8_t windows[] = { 0, UR_WIN_PUSHED, UR_WIN_PEER_DENY | UR_WIN_PUSHED };

	(void)state;
	for (size_t i = 0; i < sizeof(windows); i++) {
		denied("10.0.0.5", windows[i]);
		assert_false(ur_limits_wants(&ev));
		ur_limits_find(&ev, NULL);
		ur_limits_of_host(&ev);
		assert_int_equal(ev.limit.looked, UR_NOT_ASKED);
	}
	denied("10.0.0.5", UR_WIN_PEER_DENY);
	ev.ev.answer = UR_ANSWER_RST;
	assert_false(ur_limits_wants(&ev));
}

/* Not those of the namespace that the thread is in instead. */
static void a_namespace_that_is_gone(void **state)
{
	(void)state;
	denied("10.0.0.5", UR_WIN_PEER_DENY);
	ur_limits_find(&ev, "the network namespace is gone");
	ur_limits_of_host(&ev);
	assert_int_equal(ev.limit.looked, UR_COULD_NOT);
	assert_string_equal(ev.limit.reason, "the network namespace is gone");
	assert_string_equal(ev.limit.setting[0].name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_here),
		cmocka_unit_test(only_where_a_limit_said_no),
		cmocka_unit_test(a_namespace_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
