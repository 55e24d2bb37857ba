/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sink/json_field.h"

static void owners(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", NULL);
	ev.socks[0].looked = UR_COULD_NOT;
	make();
	is_null("sockets.0.pid");
	is_null("sockets.0.comm");
	ev.socks[0].looked = UR_FOUND_NONE;
	make();
	is_absent("sockets.0.pid");
	sample_owner(&ev.socks[0], "nginx", 7);
	ev.socks[0].total = 5;
	make();
	is_number("sockets.0.processes", 5);
	ev.ev.socks[0].flags = UR_SK_KERNEL;
	make();
	is_absent("sockets.0.pid");
	assert_true(json_is_true(field("sockets.0.kernel")));
}

static void where_it_runs(void **state)
{
	struct ur_place *place = &ev.socks[0].one[0].place;

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "nginx");
	make();
	is_absent("sockets.0.container");
	is_absent("sockets.0.unit");
	*place = (struct ur_place){ .looked = UR_COULD_NOT };
	make();
	is_null("sockets.0.container");
	is_null("sockets.0.pod_uid");
	is_null("sockets.0.unit");
	*place = (struct ur_place){ .looked = UR_FOUND, .unit = "nginx.service" };
	make();
	is_absent("sockets.0.container");
	is_string("sockets.0.unit", "nginx.service");
	*place = (struct ur_place){ .looked = UR_FOUND,
				    .container = "1234",
				    .pod_uid = "uid",
				    .name = "web",
				    .pod = "shop/web-1" };
	make();
	is_null("sockets.0.container.runtime"); /* not to be told by the cgroup */
	is_string("sockets.0.container.id", "1234");
	is_string("sockets.0.pod_uid", "uid");
	is_string("sockets.0.pod", "shop/web-1");
	is_string("sockets.0.container.name", "web");
	is_absent("sockets.0.unit");
	SAMPLE_COPY(place->runtime, "docker");
	make();
	is_string("sockets.0.container.runtime", "docker");
}

static void all_of_a_socket(void **state)
{
	struct ur_sock *sk;

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	sk = sample_socket(&ev, UR_MM_DEVICE, "::", "x");
	sk->flags = UR_SK_V6ONLY | UR_SK_REUSEPORT | UR_SK_CONNECTED;
	sk->bound_ifindex = 5;
	sk->peer_port = 9;
	sample_addr(sk->peer, "fd00::9");
	ev.ev.flags |= UR_EV_SOCKS_PARTIAL | UR_EV_SENDER;
	ev.ev.sender.family = AF_INET;
	sample_owner(&ev.sender, "app", 4242);
	sample_listener(&ev, "0.0.0.0", "nginx");
	make();
	is_null("sockets.0.device"); /* its number is known, its name could not be had */
	is_string("sockets.0.peer", "fd00::9");
	is_number("sockets.0.peer_port", 9);
	assert_true(json_is_true(field("sockets.0.v6only")));
	assert_true(json_is_true(field("sockets_partial")));
	is_string("sockets.1.proto", "tcp");
	is_string("sockets.1.state", "listen");
	is_string("sockets.1.mismatch", "protocol");
	is_string("sockets.1.as_of", "after-event");
	is_string("sender.comm", "app");
	is_string("sender.local", "0.0.0.0");
}

static void other_protocols_and_readers(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.sibling.looked = UR_FOUND;
	ev.sibling.n = ev.sibling.total = 1;
	ev.sibling.one[0].family = AF_INET6;
	sample_owner(&ev.sibling.one[0].owners, "lite", 12);
	make();
	is_absent("readers");
	is_string("sockets.0.proto", "udplite");
	is_string("sockets.0.state", "open");
	is_string("sockets.0.mismatch", "protocol");
	is_string("sockets.0.local", "::");
	is_string("sockets.0.as_of", "after-event");
	is_number("sockets.0.pid", 12);
	sample_reader(&ev, UR_READER_RAW, "probe");
	sample_reader(&ev, UR_READER_PACKET, NULL)->ifindex = 2;
	make();
	is_string("readers.0.kind", "raw");
	is_number("readers.0.pid", 9);
	is_absent("readers.0.device");
	is_string("readers.1.kind", "packet");
	is_string("readers.1.device", "eth0");
	is_null("readers.1.pid");
	ev.readers.looked = UR_COULD_NOT;
	ev.packet.proto = IPPROTO_UDPLITE;
	make();
	is_null("readers");
	is_string("sockets.0.proto", "udp");
}

static void the_port_elsewhere(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ev.elsewhere = (struct ur_elsewhere){
		.looked = UR_FOUND, .family = AF_INET, .netns_inum = 42, .netns_name = "ct"
	};
	make();
	is_number("elsewhere.netns.inum", 42);
	is_string("elsewhere.netns.name", "ct");
	is_string("elsewhere.local", "0.0.0.0");
	is_number("elsewhere.port", 2);
	is_null("elsewhere.pid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners),
		cmocka_unit_test(where_it_runs),
		cmocka_unit_test(all_of_a_socket),
		cmocka_unit_test(other_protocols_and_readers),
		cmocka_unit_test(the_port_elsewhere),
	};

	return cmocka_run_group_tests(tests, load_schema, drop_schema);
}
