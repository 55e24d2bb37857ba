/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft.h - the nftables rule that fired: its names, place, comment and text.
 *
 * Names, place and comment come from the kernel, the text from the host's own nft or
 * iptables-save. All that is read is remembered: see rule_cache.h.
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"

struct ur_nft;

/* Where the calling thread is while it asks. */
struct ur_nft_where {
	uint32_t netns;      /* inode number of the event's namespace */
	uint64_t cookie;     /* its cookie, 0: not known */
	const char *outside; /* why the thread could not enter it; NULL: it is there */
};

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_nft_new(struct ur_nft **ret);
void ur_nft_free(struct ur_nft *nft);
UR_DEFINE_CLEANUP(struct ur_nft, ur_nft_free)

/* Say what is known of the rule of @ev, whose origin is UR_ORIGIN_NFT or UR_ORIGIN_XT_NFT, and
 * how the packet came to it, in ev->rule and ev->way. Always fills both: UR_FOUND with the text; UR_COULD_NOT when the text is not to be had,
 * and still with the names, place and comment that are known; UR_CHANGED when the rule is
 * gone and its text wasn't read before. A rule that is gone since its text was read is
 * UR_FOUND with a reason. Blocks for up to some seconds where a tool must run. */
void ur_nft_rule(struct ur_nft *nft, const struct ur_nft_where *where, struct ur_evidence *ev);

/* Say which rule dropped the answer of @ev on its way out of the namespace that the thread is in:
 * fills ev->dropper, which ur_xt_dropper() completes. Blocks as ur_nft_rule() does. */
void ur_nft_dropper(struct ur_nft *nft, const struct ur_nft_where *where, struct ur_evidence *ev);

/* Read the texts of all rejecting rules in the namespace of the calling thread that are not
 * known yet. At most 65536 rules a table, and what the cache holds: 8 MiB. Blocks, for long
 * with a huge rule set. May be called by a second thread, always the same. Returns 0;
 * -EALREADY when that was done for the same generation; -EINTR when the rules changed
 * meanwhile; -errno. */
int ur_nft_prefetch(struct ur_nft *nft, const struct ur_nft_where *where);

/* nf_tables was unloaded: its handles mean nothing any more. */
void ur_nft_forget(struct ur_nft *nft);

/* Number @netns will be that of another namespace. Texts are kept: no other rule of nf_tables
 * will have the same handles. */
void ur_nft_netns_gone(struct ur_nft *nft, uint32_t netns);
