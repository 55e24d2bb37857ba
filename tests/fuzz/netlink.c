/* SPDX-License-Identifier: GPL-2.0-only */
/* netlink.c - what nf_tables and rtnetlink answer: attributes in attributes.
 *
 * An input is what is to be read, and the bytes of the answer.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/shown.h"
#include "tests/unit/sample.h"
#include "user/enrich/fib.h"
#include "user/enrich/nfnl.h"
#include "user/enrich/nft_find.h"
#include "user/enrich/nft_msg.h"
#include "user/enrich/rtdump.h"
#include "user/enrich/rtnl.h"
#include "user/enrich/tc.h"

#define ANSWER RTM_NEWRULE

static void read_table(const uint8_t *data, size_t len)
{
	struct ur_nft_table table;

	if (ur_nft_parse_table(NFPROTO_INET, data, len, &table))
		must(strlen(table.name) < sizeof(table.name));
}

static void read_chain(const uint8_t *data, size_t len)
{
	struct ur_nft_chain chain;

	if (ur_nft_parse_chain(NFPROTO_INET, data, len, &chain))
		must(strlen(chain.table) < sizeof(chain.table) &&
		     strlen(chain.name) < sizeof(chain.name));
}

static void read_rule(const uint8_t *data, size_t len)
{
	struct ur_nft_place place = {};
	struct ur_rule_text text = {};
	struct ur_nft_rule again;

	if (!ur_nft_parse_rule(NFPROTO_INET, data, len, &place.rule))
		return;
	must(strlen(place.rule.comment) < sizeof(place.rule.comment));
	must(ur_nft_parse_rule(NFPROTO_INET, data, len, &again));
	must(again.digest == place.rule.digest);
	ur_nft_describe(&place, &text);
	must(strlen(text.comment) < sizeof(text.comment));
}

static void read_generation(const uint8_t *data, size_t len)
{
	uint32_t generation;

	ur_nft_parse_generation(data, len, &generation);
}

static void read_attributes(const uint8_t *data, size_t len)
{
	const uint8_t *at = data, *end = data + len;
	struct ur_nla nla;
	uint64_t sum = 0;
	char text[16];

	while (ur_nla_next(&at, &len, &nla)) {
		must(nla.data >= data && nla.data + nla.len <= end);
		sum += ur_nla_be32(&nla) + ur_nla_be64(&nla);
		ur_nla_string(&nla, text, sizeof(text));
	}
	must(at <= end && sum <= UINT64_MAX);
}

/* One packet against whatever the rules came to. */
static void refuse(const struct ur_fib *fib)
{
	static struct ur_evidence ev;
	struct ur_fib_query q = { .packet = &ev.packet,
				  .route_type = RTN_PROHIBIT,
				  .action = 8, /* FR_ACT_PROHIBIT */
				  .iif = "eth0" };
	struct ur_refuser refuser = {};

	sample_packet(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 53);
	ur_fib_find(fib, &q, &refuser);
	must(refuser.looked != UR_NOT_ASKED);
	must(strlen(refuser.selector) < sizeof(refuser.selector));
}

static void read_rules(const uint8_t *data, size_t len)
{
	static struct ur_fib fib;
	struct fuzz f = { data, len };
	char words[UR_SELECTOR_MAX];

	fib.nrules = fib.nroutes = 0;
	fib.too_many = false;
	while (f.left && fib.nrules < UR_FIB_RULES_MAX && fib.nroutes < UR_FIB_ROUTES_MAX) {
		size_t n = fuzz_u8(&f);
		const bool rule = n & 1;
		uint8_t *payload;

		n = n < f.left ? n : f.left;
		payload = fuzz_copy(f.at, n);
		if (rule && ur_fib_read_rule(&fib.rules[fib.nrules], payload, n)) {
			ur_fib_rule_words(&fib.rules[fib.nrules], 4, words, sizeof(words));
			ur_fib_rule_words(&fib.rules[fib.nrules++], 6, words, sizeof(words));
		}
		if (!rule && ur_fib_read_route(&fib.routes[fib.nroutes], payload, n))
			fib.nroutes++;
		free(payload);
		f.at += n;
		f.left -= n;
	}
	refuse(&fib);
}

static int on_answer(const uint8_t *payload, size_t len, void *arg)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < len; i++)
		*sum += payload[i];
	return 0;
}

static void read_dump(const uint8_t *data, size_t len)
{
	uint64_t sum = 0;
	struct ur_rtdump dump = { .seq = 1, .type = ANSWER, .fn = on_answer, .arg = &sum };

	must(ur_rtdump_take(&dump, data, len) <= 1);
}

static void read_answer(const uint8_t *data, size_t len)
{
	const uint16_t type = (uint16_t)len & 15;
	const struct rtattr *attr = ur_rtnl_find(data, len, type);

	if (!attr)
		return;
	must((const uint8_t *)attr >= data);
	must((const uint8_t *)attr + attr->rta_len <= data + len);
	ur_rtnl_u32(attr);
}

static void read_filter(const uint8_t *data, size_t len)
{
	struct ur_tc tc;

	if (ur_tc_parse(data, len, &tc) > 0)
		must(strlen(tc.kind) < sizeof(tc.kind) && strlen(tc.name) < sizeof(tc.name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *, size_t) = {
		read_table, read_chain, read_rule,   read_generation, read_attributes,
		read_rules, read_dump,  read_answer, read_filter,
	};
	struct fuzz f = { data, size };
	const uint8_t which = fuzz_u8(&f) % (sizeof(readers) / sizeof(readers[0]));
	uint8_t *answer = fuzz_copy(f.at, f.left);

	readers[which](answer, f.left);
	free(answer);
	return 0;
}
