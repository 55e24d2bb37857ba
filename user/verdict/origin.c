/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/verdict/parts.h"

#include <string.h>

/* nf_send_unreach() may stand between the rejecting function and the innermost frame, and
 * the engine's frames follow within a few. */
#define REJECT_DEPTH 3
#define ENGINE_DEPTH 6

struct frame {
	const char *func;
	uint8_t origin;
};

/* Functions that refuse packets for a rule: net/netfilter/nft_reject_inet.c and its
 * like; net/ipv4/netfilter/ipt_REJECT.c, net/ipv6/netfilter/ip6t_REJECT.c. */
static const struct frame rejecting[] = {
	{ "nft_reject_inet_eval", UR_ORIGIN_NFT },
	{ "nft_reject_ipv4_eval", UR_ORIGIN_NFT },
	{ "nft_reject_ipv6_eval", UR_ORIGIN_NFT },
	{ "reject_tg", UR_ORIGIN_XT },
	{ "reject_tg6", UR_ORIGIN_XT },
	{ NULL, UR_ORIGIN_UNKNOWN },
};

/* Who runs such a target: net/netfilter/nft_compat.c, or ip_tables and ip6_tables. */
static const struct frame engines[] = {
	{ "nft_target_eval_xt", UR_ORIGIN_XT_NFT },
	{ "ipt_do_table", UR_ORIGIN_XT },
	{ "ip6t_do_table", UR_ORIGIN_XT },
	{ NULL, UR_ORIGIN_UNKNOWN },
};

size_t ur_symbol_length(const char *symbol)
{
	return strcspn(symbol, "+. ");
}

bool ur_symbol_is(const char *symbol, const char *func)
{
	size_t len = ur_symbol_length(symbol);

	return strlen(func) == len && memcmp(symbol, func, len) == 0;
}

/* What the innermost of the first @depth frames that is in @table means. */
static uint8_t look_up(const struct ur_evidence *ev, const struct frame *table, int depth)
{
	for (int i = 0; i < depth && i < ev->ev.nstack; i++)
		for (const struct frame *f = table; f->func; f++)
			if (ur_symbol_is(ev->stack[i], f->func))
				return f->origin;
	return UR_ORIGIN_UNKNOWN;
}

uint8_t ur_origin(const struct ur_evidence *ev)
{
	uint8_t origin = ev->ev.origin;

	if (origin != UR_ORIGIN_UNKNOWN)
		return origin;
	origin = look_up(ev, rejecting, REJECT_DEPTH);
	if (origin == UR_ORIGIN_XT)
		origin = look_up(ev, engines, ENGINE_DEPTH) ?: UR_ORIGIN_XT;
	return origin;
}

bool ur_by_rule(const struct ur_evidence *ev)
{
	uint8_t origin = ur_origin(ev);

	return origin == UR_ORIGIN_NFT || origin == UR_ORIGIN_XT_NFT || origin == UR_ORIGIN_XT;
}

bool ur_missed(const struct ur_evidence *ev)
{
	uint8_t origin = ur_origin(ev);

	return origin == UR_ORIGIN_UDP_MISS || origin == UR_ORIGIN_TCP_MISS;
}
