/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict/place.h"

#define ID "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"

static char text[512];

static const char *say(void (*fn)(struct ur_buf *, const struct ur_place *),
		       const struct ur_place *place)
{
	struct ur_buf out = UR_BUF(text);

	fn(&out, place);
	return text;
}

static void the_container_before_the_unit(void **state)
{
	struct ur_place p = {
		.looked = UR_FOUND, .runtime = "docker", .container = ID, .unit = "a.service"
	};

	(void)state;
	assert_string_equal(say(ur_say_place, &p), ", container 9ec39b91f3d7");
	assert_string_equal(say(ur_say_place_in_full, &p),
			    ", docker container " ID ", unit a.service");
	SAMPLE_COPY(p.container, "web1"); /* a name */
	p.runtime[0] = '\0';
	SAMPLE_COPY(p.pod_uid, "uid");
	assert_string_equal(say(ur_say_place, &p), ", container web1");
	assert_string_equal(say(ur_say_place_in_full, &p),
			    ", container web1, pod uid, unit a.service");
	p.container[0] = '\0';
	assert_string_equal(say(ur_say_place, &p), ", pod uid");
}

static void only_units_that_say_something(void **state)
{
	static const char *const said[] = { "statsd.service", "getty@tty1.service",
					    "machine-web.scope", "sessions.service" };
	static const char *const unsaid[] = {
		"",
		"init.scope",
		"session-2.scope",
		"user@1000.service",
		"run-u1.scope",
		"app-x.scope",
		"crio-conmon-x.scope",
	};
	struct ur_place p = { .looked = UR_FOUND };

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		SAMPLE_COPY(p.unit, said[i]);
		assert_string_equal(say(ur_say_place, &p) + strlen(", unit "), said[i]);
	}
	for (size_t i = 0; i < sizeof(unsaid) / sizeof(unsaid[0]); i++) {
		SAMPLE_COPY(p.unit, unsaid[i]);
		assert_string_equal(say(ur_say_place, &p), "");
	}
	assert_string_equal(say(ur_say_place_in_full, &p), ", unit crio-conmon-x.scope");
}

static void nothing_where_nothing_was_found(void **state)
{
	struct ur_place p = { .looked = UR_COULD_NOT, .unit = "a.service" };

	(void)state;
	assert_string_equal(say(ur_say_place, &p), "");
	assert_string_equal(say(ur_say_place_in_full, &p), "");
}

/* Names that people know come before numbers. */
static void names(void **state)
{
	struct ur_place p = {
		.looked = UR_FOUND, .runtime = "docker", .container = ID, .name = "web"
	};

	(void)state;
	assert_string_equal(say(ur_say_place, &p), ", container web");
	assert_string_equal(say(ur_say_place_in_full, &p), ", docker container web " ID);
	SAMPLE_COPY(p.pod_uid, "uid");
	SAMPLE_COPY(p.pod, "shop/web-7d4b9");
	assert_string_equal(say(ur_say_place, &p), ", pod shop/web-7d4b9, container web");
	assert_string_equal(say(ur_say_place_in_full, &p),
			    ", docker container web " ID ", pod shop/web-7d4b9 uid");
	p.container[0] = p.name[0] = '\0';
	assert_string_equal(say(ur_say_place, &p), ", pod shop/web-7d4b9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_container_before_the_unit),
		cmocka_unit_test(only_units_that_say_something),
		cmocka_unit_test(names),
		cmocka_unit_test(nothing_where_nothing_was_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
