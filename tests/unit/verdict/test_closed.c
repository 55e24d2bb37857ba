/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include "tests/unit/verdict/ended.h"

static void closed_by_its_process(void **state)
{
	(void)state;
	request();
	server(35);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	expect_why("no UDP socket accepts 10.0.0.5:8125; statsd (pid 700) had 0.0.0.0:8125 until "
		   "35 ms ago, when it closed the socket");
	expect_advice("start statsd again");
	sample_miss(&ev, IPPROTO_UDP, "fd00::7", 40000, "fd00::5", 8125);
	sample_closed(&ev, "::", "statsd", 3 * HOUR_MS);
	expect_why("no UDP socket accepts [fd00::5]:8125; statsd (pid 700) had [::]:8125 until 3 h "
		   "ago, when it closed the socket");
}

static void the_way_it_ended(void **state)
{
	static const struct {
		int code;
		uint8_t flags;
		const char *words, *advice;
	} cases[] = {
		{ 0, 0, "when it exited with status 0", "start statsd again" },
		{ 3 << 8, 0, "when it exited with status 3", "start statsd again" },
		{ SIGKILL, 0, "when SIGKILL killed it", "start statsd again" },
		{ SIGSEGV | 0x80, 0, "when SIGSEGV killed it",
		  "start statsd again, and look at its core dump (`coredumpctl`)" },
		{ 50, 0, "when signal 50 killed it", "start statsd again" },
		{ SIGKILL, UR_CL_OOM, "when the out-of-memory killer ended it",
		  "start statsd again, with more memory or less to do: `dmesg` has the report" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ur_closed *c;

		request();
		c = server(2000);
		c->how = UR_END_EXIT;
		c->exit_code = cases[i].code;
		c->flags |= cases[i].flags;
		decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
		assert_non_null(strstr(report.why, cases[i].words));
		assert_string_equal(report.advice, cases[i].advice);
	}
	/* It had ended by itself, and the killer let it go first. */
	request();
	server(2000)->how = UR_END_EXIT;
	ev.ev.closed[0].flags |= UR_CL_OOM;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "when it exited with status 0"));
	assert_string_equal(report.advice, "start statsd again");
	request();
	server(2000)->how = 200; /* of a newer kernel side */
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
}

/* A server that let the kernel choose its port gets another one next time. */
static void a_port_of_the_kernels_choice(void **state)
{
	(void)state;
	request();
	server(2000)->flags = 0;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_string_equal(report.advice, "whoever sends there must learn the port that statsd "
					   "has now: the kernel had chosen that one");
}

/* Who ended it is not always who had it. */
static void ended_by_somebody_else(void **state)
{
	struct ur_closed *c;

	(void)state;
	request();
	c = server(2000);
	c->how = UR_END_ABORT;
	sample_owner(&ev.closers[0], "ss", 9);
	expect_why("no UDP socket accepts 10.0.0.5:8125; a socket of uid 33 had 0.0.0.0:8125 until "
		   "2.0 s ago, when ss (pid 9) destroyed it");
	expect_advice("see who has the port now with `ss -uanp 'sport = :8125'`");

	request();
	c = server(2000);
	c->flags |= UR_CL_KERNEL;
	ev.closers[0].looked = UR_FOUND_NONE;
	expect_why("no UDP socket accepts 10.0.0.5:8125; a socket of uid 33 had 0.0.0.0:8125 until "
		   "2.0 s ago, when the kernel closed it");

	request();
	c = server(2000);
	c->sk.flags = UR_SK_KERNEL;
	sample_owner(&ev.closers[0], "ip", 88);
	expect_why("no UDP socket accepts 10.0.0.5:8125; a kernel socket had 0.0.0.0:8125 until "
		   "2.0 s ago, when ip (pid 88) closed it");
	expect_advice("set the tunnel or interface up again that had the port");
}

static void with_its_unit(void **state)
{
	struct ur_place *place = &ev.closers[0].one[0].place;

	(void)state;
	request();
	server(2000);
	place->looked = UR_FOUND;
	SAMPLE_COPY(place->unit, "statsd.service");
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "statsd (pid 700, unit statsd.service) had"));
	assert_string_equal(report.advice,
			    "start statsd again; see `systemctl status statsd.service`");
	ev.closers[0].one[0].pid = 0; /* in another pid namespace */
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "; statsd had 0.0.0.0:8125 until"));
}

static void again_and_again(void **state)
{
	(void)state;
	request();
	server(2000)->times = 12;
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_non_null(strstr(report.why, "; 12 sockets on that address ended so far"));
}

static void taken_again(void **state)
{
	(void)state;
	request();
	server(2000);
	ev.taken = (struct ur_taken){ .looked = UR_FOUND, .family = AF_INET };
	sample_owner(&ev.taken.owners, "statsd", 900);
	decide(UR_CAUSE_SOCKET_CLOSED, UR_PROVEN);
	assert_string_equal(finding("note.restarted"), "the port was taken again: statsd (pid 900) "
						       "has 0.0.0.0:8125, read just after");
	assert_string_equal(report.advice, "nothing to do: the port is taken again");
}

static void how_far_back_it_is_known(void **state)
{
	(void)state;
	request();
	sample_history(&ev, 25000);
	decide(UR_CAUSE_SOCKET_NONE, UR_PROVEN);
	assert_string_equal(report.why,
			    "no UDP socket is on port 8125, nor was one in the last 25 s");
	ev.ev.history_ns = ev.ev.ts_ns; /* the set was being written to */
	expect_why("no UDP socket is on port 8125");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_by_its_process),
		cmocka_unit_test(the_way_it_ended),
		cmocka_unit_test(a_port_of_the_kernels_choice),
		cmocka_unit_test(ended_by_somebody_else),
		cmocka_unit_test(with_its_unit),
		cmocka_unit_test(again_and_again),
		cmocka_unit_test(taken_again),
		cmocka_unit_test(how_far_back_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
