/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nat_read.h - the NAT rules of a namespace: nftables', iptables-nft's, legacy iptables'. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/enrich/nat_walk.h"

/* What can be told of the rules without reading them. */
struct ur_nat_mark {
	bool nft; /* nf_tables is there, and @generation is that of its rule set */
	uint32_t generation;
	/* The nat table of iptables and of ip6tables: bytes, 0 where it is not there, and
	 * entries. A change that keeps both goes unnoticed. */
	uint32_t size[2];
	uint32_t entries[2];
};

/* This, and ur_nat_read(), in the namespace of the calling thread. Returns 0 or -errno. */
int ur_nat_mark(struct ur_nat_mark *mark);

bool ur_nat_mark_same(const struct ur_nat_mark *a, const struct ur_nat_mark *b);

/* Read what @mark says is there; runs the host's own tools. Blocks. Gives *@ret to the caller.
 * On failure @why says more. */
int ur_nat_read(const struct ur_nat_mark *mark, unsigned timeout_ms, struct ur_nat_rules **ret,
		char *why, size_t why_len);

/* One line of `nft -a list table` and of iptables-save, into @rules; @state is all 0 at first.
 * Pure. */
struct ur_nat_reading {
	struct ur_nat_rules *rules;
	bool xt; /* the table is iptables-nft's, or some rules are xtables' */
	char chain[UR_NAT_CHAIN_MAX];
};
struct ur_line;
int ur_nat_line_nft(const struct ur_line *line, void *reading);
int ur_nat_line_ipt(const struct ur_line *line, void *reading);
