/* SPDX-License-Identifier: GPL-2.0-only */
/* nat.c - NAT rules, as nft and iptables-save list them, and what they would do to a flow.
 *
 * An input is the tool and the flow, what happened to it, and the listing.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include "tests/fuzz/fuzz.h"
#include "tests/unit/enrich/nat_flow.h"
#include "user/enrich/lines.h"
#include "user/enrich/nat_read.h"
#include "user/enrich/nat_walk.h"

static int read_listing(struct ur_nat_rules *rules, bool ipt, const char *text, size_t len)
{
	struct ur_nat_reading in = { .rules = rules };
	struct ur_lines lines = { .quoting = ipt ? UR_QUOTES_IPTABLES : UR_QUOTES_NFT,
				  .fn = ipt ? ur_nat_line_ipt : ur_nat_line_nft,
				  .arg = &in };
	int r = ur_nat_rules_table(rules, NFPROTO_IPV4, ipt ? ur_nat_read_ipt : ur_nat_read_nft);

	r = r ?: ur_nat_rules_base(rules, ipt ? "PREROUTING" : "pre", NF_INET_PRE_ROUTING);
	return r ?: ur_lines_feed(text, len, &lines);
}

static void one_rule(const char *text, const struct ur_nat_flow *flow)
{
	struct ur_nat_step step = {};

	ur_nat_read_nft(text, flow, &step);
	must(step.fit <= UR_NAT_YES && step.act <= UR_NAT_UNKNOWN);
	step = (struct ur_nat_step){};
	ur_nat_read_ipt(text, flow, &step);
	must(step.fit <= UR_NAT_YES && step.act <= UR_NAT_UNKNOWN);
	must(strnlen(step.chain, sizeof(step.chain)) < sizeof(step.chain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ur_cleanup(ur_nat_rules_freep) struct ur_nat_rules *rules = NULL;
	struct fuzz f = { data, size };
	const uint8_t which = fuzz_u8(&f);
	struct ur_nat_flow flow = flow_of(which & 2 ? 6 : 4);
	struct ur_nat_actual actual = { .translated = which & 4, .dport = fuzz_u8(&f) };
	char first[UR_NAT_TEXT_MAX] = "", *text;
	int r;

	flow.dst_local = (enum ur_nat_fit)(which >> 3 & 3) % (UR_NAT_YES + 1);
	fuzz_bytes(&f, actual.dst, 4);
	must(!ur_nat_rules_new(&rules));
	r = read_listing(rules, which & 1, (const char *)f.at, f.left);
	must(r <= 0);
	if (!r)
		ur_nat_rules_explain(rules, NF_INET_PRE_ROUTING, &flow, &actual, first);
	must(strnlen(first, sizeof(first)) < sizeof(first));
	text = fuzz_text(&f, '\n');
	one_rule(text, &flow);
	free(text);
	return 0;
}
