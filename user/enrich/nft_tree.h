/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nft_tree.h - from what `nft -a -s list table` prints to the table's tree. Pure.
 *
 * Reads a stream in bounded memory: a line (of a rule, or of elements) is kept up to 64 KiB,
 * a rule longer than that is marked as cut. Understands the frame of a listing and how each
 * rule ends; what a rule matches stays text (nft_words.h).
 */
#include "user/enrich/rule_tree.h"

struct ur_nft_reader;

/* Returns 0 and gives *@ret to the caller, or -ENOMEM. */
int ur_nft_reader_new(struct ur_nft_reader **ret);
void ur_nft_reader_free(struct ur_nft_reader *rd);
UR_DEFINE_CLEANUP(struct ur_nft_reader, ur_nft_reader_free)

/* Feed @len bytes; @reader is a struct ur_nft_reader. Has the type of ur_exec_fn. Returns 0,
 * -ENOMEM, -E2BIG, or -EBADMSG for what is no listing of one table. */
int ur_nft_reader_feed(const char *data, size_t len, void *reader);

/* The listing is at its end: give the finished tree to the caller. Returns 0, or as above;
 * -EBADMSG also when it stopped within the table. */
int ur_nft_reader_end(struct ur_nft_reader *rd, struct ur_tree **ret);
