/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "tests/unit/receipt.h"
#include "tests/unit/sink/json_field.h"
#include "user/sink/json_digest.h"

static struct ur_digest digest;
static struct ur_totals totals;

static void make_digest(void)
{
	json_decref(event);
	ur_digest_sort(&digest);
	event = ur_json_digest(&digest, &totals);
	assert_non_null(event);
	assert_true(schema_valid(schema, event, "event"));
}

static void nothing(void **state)
{
	(void)state;
	memset(&digest, 0, sizeof(digest));
	totals = (struct ur_totals){ .ns = 60000000000ull, .time = { SAMPLE_TIME, 1 } };
	make_digest();
	is_number("schema", 1);
	is_string("answer", "summary");
	is_string("time", "2026-11-21T02:45:20.000000001Z");
	is_number("duration_ms", 60000);
	is_string("why", "this host generated no Destination Unreachable in 1 min 0 s");
	is_number("generated.total", 0);
	is_absent("received");
	is_absent("top.causes");
	totals.received_asked = true;
	make_digest();
	is_number("received.total", 0);
	is_number("received.no-socket", 0);
}

static void much(void **state)
{
	static struct ur_receipt r;
	static struct ur_report report;

	(void)state;
	memset(&digest, 0, sizeof(digest));
	totals = (struct ur_totals){ .decided = 9,
				     .received_asked = true,
				     .received = 1,
				     .received_lost = 2,
				     .delivery[UR_DELIVERY_TOLD] = 1 };
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject");
	ev.ev.window = UR_WIN_PEER_DENY;
	ev.ev.family = 6;
	ur_verdict_decide(&ev, &report);
	ur_totals_add(&totals, &ev, &report, true);
	ur_digest_add(&digest, &ev, &report);
	sample_receipt(&r, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
	sample_told(&r, "dig");
	ur_receipt_explain(&r, &report);
	ur_digest_add_received(&digest, &r, &report);
	digest.table[UR_DIGEST_PEERS].other = 5;
	make_digest();
	is_number("generated.total", 9);
	is_number("generated.suppressed", 1);
	is_number("generated.suppressed_by.rate-limit-peer", 1);
	is_number("generated.ipv4", 0);
	is_number("generated.ipv6", 1);
	is_number("generated.without_details", 8);
	is_number("received.total", 3);
	is_number("received.told", 1);
	is_number("received.without_details", 2);
	is_string("top.causes.entries.0.key", "rule.nft");
	is_number("top.causes.entries.0.count", 1);
	is_string("top.causes.entries.0.first", "2026-11-21T02:45:20.123456789Z");
	is_string("top.causes.entries.0.last", "2026-11-21T02:45:20.123456789Z");
	is_number("top.causes.entries.0.example.seq", 17);
	is_string("top.rules.entries.0.key", "nft inet filter input handle 7");
	is_number("top.peers.other", 5);
	is_string("top.received.entries.0.example.why", "delivered to dig (pid 812)");
}

static int load(void **state)
{
	(void)state;
	schema = json_load_file(SCHEMA, 0, NULL);
	return !schema;
}

static int unload(void **state)
{
	(void)state;
	json_decref(event);
	json_decref(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(much),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
