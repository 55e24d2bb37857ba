// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "tests/unit/enrich/trees.h"

static struct ur_evidence ev;

static enum ur_fit fits(const struct ur_flow *f, enum ur_field field, const char *text)
{
	return ur_flow_fits(f, field, text, strlen(text));
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		enum ur_fit fit;
	} rows[] = {
		{ "10.219.7.2", UR_FIT_YES },           { "10.219.7.3", UR_FIT_NO },
		{ "10.219.0.0/16", UR_FIT_YES },        { "10.219.4.0/22", UR_FIT_YES },
		{ "10.219.0.0/22", UR_FIT_NO },         { "0.0.0.0/0", UR_FIT_YES },
		{ "10.219.7.2/32", UR_FIT_YES },        { "10.0.7.0/255.0.255.0", UR_FIT_YES },
		{ "10.0.8.0/255.0.255.0", UR_FIT_NO },  { "10.219.7.1-10.219.7.2", UR_FIT_YES },
		{ "10.219.7.3-10.219.7.9", UR_FIT_NO }, { "10.219.7.2/33", UR_FIT_MAYBE },
		{ "10.219.7.2/", UR_FIT_MAYBE },        { "10.219.7.2/-1", UR_FIT_MAYBE },
		{ "host.example", UR_FIT_MAYBE },       { "", UR_FIT_MAYBE },
		{ "10.219.7.1-x", UR_FIT_MAYBE },       { "10.219.7.2/8x", UR_FIT_MAYBE },
	};
	struct ur_flow f = flow_to(&ev, "10.219.7.2", 53);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(fits(&f, UR_FIELD_DADDR4, rows[i].text), rows[i].fit);
	assert_int_equal(fits(&f, UR_FIELD_SADDR4, "10.219.7.1"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_DADDR6, "::/0"), UR_FIT_NO);
	f = flow_to(&ev, "fd21:9707::2", 53);
	assert_int_equal(fits(&f, UR_FIELD_DADDR6, "fd21:9700::/25"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_DADDR6, "fd21:9707::1-fd21:9707::f"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_SADDR6, "fd21:9707::2"), UR_FIT_NO);
	assert_int_equal(fits(&f, UR_FIELD_DADDR4, "0.0.0.0/0"), UR_FIT_NO);
}

static void test_ports(void **state)
{
	struct ur_flow f = flow_to(&ev, "10.219.7.2", 53);

	(void)state;
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "53"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "530"), UR_FIT_NO);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "50-60"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "54:60"), UR_FIT_NO);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, ":53"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "53:"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "domain"), UR_FIT_MAYBE);
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "999999"), UR_FIT_MAYBE);
	assert_int_equal(fits(&f, UR_FIELD_SPORT, "40000"), UR_FIT_YES);
	ev.packet.has_ports = false;
	assert_int_equal(fits(&f, UR_FIELD_DPORT, "53"), UR_FIT_MAYBE);
}

static void test_names(void **state)
{
	struct ur_flow f = flow_to(&ev, "10.219.7.2", 53);

	(void)state;
	assert_int_equal(fits(&f, UR_FIELD_PROTO, "udp"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_PROTO, "17"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_PROTO, "tcp"), UR_FIT_NO);
	assert_int_equal(fits(&f, UR_FIELD_PROTO, "300"), UR_FIT_MAYBE);
	assert_int_equal(fits(&f, UR_FIELD_PROTO, "ospf"), UR_FIT_MAYBE);
	assert_int_equal(fits(&f, UR_FIELD_FAMILY, "ipv4"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_FAMILY, "ip6"), UR_FIT_NO);
	assert_int_equal(fits(&f, UR_FIELD_IIF, "s0"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_IIF, "s*"), UR_FIT_YES);
	assert_int_equal(fits(&f, UR_FIELD_IIF, "k+"), UR_FIT_NO);
	assert_int_equal(fits(&f, UR_FIELD_OIF, "s0"), UR_FIT_NO); /* it has none */
	assert_int_equal(fits(&f, UR_FIELD_OTHER, "s0"), UR_FIT_MAYBE);
	ev.ev.rule.iifname[0] = '\0';
	f = ur_flow_of(&ev);
	assert_int_equal(fits(&f, UR_FIELD_IIF, "s0"), UR_FIT_MAYBE); /* it has, but which? */
}

static void test_unparsed_packet(void **state)
{
	struct ur_flow f = flow_to(&ev, "10.219.7.2", 53);

	(void)state;
	memset(&ev.packet, 0, sizeof(ev.packet));
	assert_int_equal(fits(&f, UR_FIELD_DADDR4, "10.219.7.2"), UR_FIT_MAYBE);
	assert_int_equal(fits(&f, UR_FIELD_PROTO, "udp"), UR_FIT_MAYBE);
	assert_int_equal(ur_flow_version(&f, 4), UR_FIT_MAYBE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unparsed_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
