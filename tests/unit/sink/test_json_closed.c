/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include "tests/unit/sink/json_field.h"

static struct ur_closed *start(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 8125);
	return sample_closed(&ev, "0.0.0.0", "statsd", 1234);
}

static void a_closed_socket(void **state)
{
	struct ur_closed *c = start();

	(void)state;
	make();
	is_string("sockets.0.proto", "udp");
	is_string("sockets.0.state", "closed");
	is_string("sockets.0.mismatch", "none");
	is_string("sockets.0.local", "0.0.0.0");
	is_number("sockets.0.port", 8125);
	is_number("sockets.0.age_ms", 1234);
	is_string("sockets.0.ended_by", "close");
	is_number("sockets.0.pid", 700);
	is_string("sockets.0.comm", "statsd");
	is_string("sockets.0.as_of", "event");
	assert_true(json_is_true(field("sockets.0.bound")));
	is_absent("sockets.0.peer");
	is_absent("sockets.0.signal");
	is_absent("sockets.0.exit_status");
	is_absent("sockets.0.times");
	is_number("history_ms", 3600000);
	c->sk.peer_port = 9;
	sample_addr(c->sk.peer, "10.0.0.9");
	c->flags = 0;
	c->times = 7;
	c->ts_ns = SAMPLE_NS + 1;
	make();
	is_string("sockets.0.peer", "10.0.0.9");
	is_number("sockets.0.peer_port", 9);
	is_absent("sockets.0.bound");
	is_number("sockets.0.times", 7);
	is_number("sockets.0.age_ms", 0);
}

static void ways_to_end(void **state)
{
	struct ur_closed *c = start();

	(void)state;
	c->how = UR_END_EXIT;
	c->exit_code = 3 << 8;
	make();
	is_string("sockets.0.ended_by", "exit");
	is_number("sockets.0.exit_status", 3);
	is_absent("sockets.0.signal");
	is_absent("sockets.0.oom");
	c->exit_code = SIGKILL;
	c->flags |= UR_CL_OOM;
	make();
	is_string("sockets.0.ended_by", "signal");
	is_string("sockets.0.signal", "SIGKILL");
	is_absent("sockets.0.exit_status");
	assert_true(json_is_true(field("sockets.0.oom")));
	c->how = UR_END_DISCONNECT;
	make();
	is_string("sockets.0.ended_by", "disconnect");
	c->how = UR_END_ABORT;
	make();
	is_string("sockets.0.ended_by", "destroyed");
}

static void who_ended_it(void **state)
{
	start();
	(void)state;
	ev.closers[0].one[0].pid = 0; /* no number for it here */
	make();
	is_null("sockets.0.pid");
	is_string("sockets.0.comm", "statsd");
	ev.closers[0] = (struct ur_owners){ .looked = UR_FOUND_NONE };
	make();
	is_absent("sockets.0.pid");
	is_absent("sockets.0.comm");
}

static void taken_again(void **state)
{
	start();
	(void)state;
	ev.taken = (struct ur_taken){ .looked = UR_FOUND, .family = AF_INET };
	sample_owner(&ev.taken.owners, "statsd", 900);
	make();
	is_absent("sockets.1");
	is_string("taken.local", "0.0.0.0");
	is_number("taken.port", 8125);
	is_number("taken.pid", 900);
	is_string("taken.as_of", "after-event");
	is_string("also.0.slug", "note.restarted");
}

static void history_that_is_not_there(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 8125);
	make();
	is_null("history_ms");
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "reject");
	make();
	is_absent("history_ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_socket),
		cmocka_unit_test(ways_to_end),
		cmocka_unit_test(who_ended_it),
		cmocka_unit_test(taken_again),
		cmocka_unit_test(history_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, load_schema, drop_schema);
}
