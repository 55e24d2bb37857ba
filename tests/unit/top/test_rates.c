/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "user/top/rates.h"

static struct ur_digest d;
static struct ur_rates r;

static int forget(void **state)
{
	(void)state;
	memset(&d, 0, sizeof(d));
	memset(&r, 0, sizeof(r));
	return 0;
}

static struct ur_digest_entry *port(const char *key)
{
	struct ur_digest_table *t = &d.table[UR_DIGEST_PORTS];
	struct ur_digest_entry *e = &t->entry[t->n++];

	snprintf(e->key, sizeof(e->key), "%s", key);
	return e;
}

static uint64_t rate(const char *key)
{
	return ur_rates_tenths(&r, UR_DIGEST_PORTS, key);
}

static void of_the_last_seconds(void **state)
{
	struct ur_digest_entry *e = port("udp/53");

	(void)state;
	assert_int_equal(rate("udp/53"), 0);
	for (int s = 0; s < 5; s++) {
		e->count += 20;
		ur_rates_tick(&r, &d);
		assert_int_equal(rate("udp/53"), 200);
	}
	for (int s = 0; s < 5; s++)
		ur_rates_tick(&r, &d);
	assert_int_equal(rate("udp/53"), 100);
	for (int s = 0; s < 10; s++)
		ur_rates_tick(&r, &d);
	assert_int_equal(rate("udp/53"), 0);
	/* One that comes late counts as any other. */
	port("udp/54")->count = 5;
	ur_rates_tick(&r, &d);
	assert_int_equal(rate("udp/54"), 5);
	assert_int_equal(rate("udp/55"), 0);
	assert_int_equal(ur_rates_tenths(&r, UR_DIGEST_PEERS, "udp/53"), 0);
}

static void of_what_comes_and_goes(void **state)
{
	struct ur_digest_entry *e = port("udp/53");

	(void)state;
	e->count = 1000;
	ur_rates_tick(&r, &d);
	e->count = 3; /* forgotten, and back, between two ticks */
	ur_rates_tick(&r, &d);
	assert_int_equal(rate("udp/53"), 15);
	d.table[UR_DIGEST_PORTS].n = 0;
	ur_rates_tick(&r, &d);
	assert_int_equal(rate("udp/53"), 0);
	assert_int_equal(r.table[UR_DIGEST_PORTS].n, 0);
	for (int i = 0; i < UR_DIGEST_MAX; i++) {
		char key[16];

		snprintf(key, sizeof(key), "udp/%d", i);
		port(key)->count = 1;
	}
	ur_rates_tick(&r, &d);
	assert_int_equal(r.table[UR_DIGEST_PORTS].n, UR_DIGEST_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(of_the_last_seconds, forget),
		cmocka_unit_test_setup(of_what_comes_and_goes, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
