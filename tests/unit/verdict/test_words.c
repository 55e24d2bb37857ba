/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict/parts.h"

static struct ur_evidence ev;
static char text[512];
static struct ur_buf out;

static void begin(void)
{
	out = UR_BUF(text);
}

static void processes(void **state)
{
	struct ur_owners owners = { 0 };

	(void)state;
	begin();
	assert_false(ur_say_owners(&out, &owners));
	sample_owner(&owners, "nginx", 7);
	owners.total = 4;
	assert_true(ur_say_owners(&out, &owners));
	assert_string_equal(text, "nginx (pid 7) and 3 more");
	owners.one[0].place = (struct ur_place){ .looked = UR_FOUND, .container = "web1" };
	begin();
	assert_true(ur_say_owners(&out, &owners));
	assert_string_equal(text, "nginx (pid 7, container web1) and 3 more");
}

/* A process chooses its own name: quotes show where it ends. */
static void a_name_that_pretends(void **state)
{
	struct ur_owners owners = { 0 };

	(void)state;
	sample_owner(&owners, "sshd (pid 1)", 7);
	begin();
	ur_say_owners(&out, &owners);
	assert_string_equal(text, "\"sshd (pid 1)\" (pid 7)");
}

static void sockets_without_a_process(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	sample_socket(&ev, UR_MM_ADDRESS, "10.0.0.9", NULL);
	begin();
	ur_say_socket(&out, &ev, 0);
	assert_string_equal(text, "a socket of uid 33");
	ev.socks[0].looked = UR_FOUND_NONE;
	begin();
	ur_say_socket(&out, &ev, 0);
	assert_string_equal(text, "a socket that no process holds any more");
	ev.ev.socks[0].flags = UR_SK_KERNEL;
	begin();
	ur_say_socket(&out, &ev, 0);
	assert_string_equal(text, "a kernel socket");
	SAMPLE_COPY(ev.encap[0], "geneve_udp_encap_recv [geneve]");
	begin();
	ur_say_socket(&out, &ev, 0);
	assert_string_equal(text, "the kernel's Geneve socket");
}

static void namespaces(void **state)
{
	static const struct {
		const char *name, *in;
	} cases[] = {
		{ "host", "" },
		{ "srv", " in netns srv" },
		{ "a b", " in netns \"a b\"" },
		{ NULL, " in netns 4026531840" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sample_netns(&ev, cases[i].name);
		begin();
		ur_say_in_netns(&out, &ev.netns);
		assert_string_equal(text, cases[i].in);
	}
}

static void the_way_into_a_namespace(void **state)
{
	static const struct {
		const char *name, *enter;
	} cases[] = {
		{ "host", "" },
		{ "srv", "ip netns exec srv " },
		{ "1a2b3c4d5e6f", "nsenter --net=/run/docker/netns/1a2b3c4d5e6f " },
	};

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sample_netns(&ev, cases[i].name);
		begin();
		assert_true(ur_say_enter(&out, &ev));
		assert_string_equal(text, cases[i].enter);
	}
}

/* A name that the shell would run is not typed for the reader. */
static void no_way_into_a_namespace(void **state)
{
	static const char *const names[] = { "a;reboot", "-x", "$(id)", "../x", NULL };

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sample_netns(&ev, names[i]);
		begin();
		assert_false(ur_say_enter(&out, &ev));
		assert_string_equal(text, "");
	}
	begin();
	ur_say_ss(&out, &ev);
	assert_string_equal(text, "`ss -uanp 'sport = :2'` in netns 4026531840");
	sample_socket(&ev, UR_MM_ADDRESS, "10.0.0.9", "statsd");
	begin();
	ur_say_ss(&out, &ev);
	assert_string_equal(text, "`nsenter -n -t 812 ss -uanp 'sport = :2'`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes),
		cmocka_unit_test(a_name_that_pretends),
		cmocka_unit_test(sockets_without_a_process),
		cmocka_unit_test(namespaces),
		cmocka_unit_test(the_way_into_a_namespace),
		cmocka_unit_test(no_way_into_a_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
