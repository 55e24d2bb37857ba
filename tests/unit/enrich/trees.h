/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* trees.h - trees and packets for unit tests, from the text that the tools print. */
#include <stdlib.h>
#include <string.h>
#include "tests/unit/sample.h"
#include "user/enrich/ipt_tree.h"
#include "user/enrich/nft_tree.h"
#include "user/enrich/rule_way.h"
#include "user/enrich/rule_words.h"

/* Feed @text in pieces of @piece bytes. */
static inline int nft_tree_of(const char *text, size_t len, size_t piece, struct ur_tree **ret)
{
	ur_cleanup(ur_nft_reader_freep) struct ur_nft_reader *rd = NULL;
	int r = ur_nft_reader_new(&rd);

	for (size_t at = 0; !r && at < len; at += piece)
		r = ur_nft_reader_feed(text + at, len - at < piece ? len - at : piece, rd);
	return r ? r : ur_nft_reader_end(rd, ret);
}

static inline int ipt_tree_of(const char *text, size_t len, const char *table, struct ur_tree **ret)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	struct ur_ipt_reader rd = { .table = table };
	struct ur_lines lines = { .quoting = UR_QUOTES_IPTABLES,
				  .fn = ur_ipt_reader_line,
				  .arg = &rd };
	int r = ur_tree_new(&tree);

	if (r)
		return r;
	rd.tree = tree;
	r = ur_lines_feed(text, len, &lines);
	if (!r)
		r = rd.complete ? ur_tree_finish(tree) : -EBADMSG;
	if (!r)
		*ret = ur_take(tree);
	return r;
}

/* The whole of a small file, terminated; the caller frees it. */
static inline char *file_text(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	if (!f || !text || fread(text, 1, (1 << 20) - 1, f) == 0) {
		fprintf(stderr, "%s: can't be read\n", path);
		abort();
	}
	fclose(f);
	return text;
}

/* The first rule of chain @chain with @words in its text, or UR_TREE_NONE. */
static inline uint32_t rule_with(const struct ur_tree *t, const char *chain, const char *words)
{
	for (size_t i = 0; i < t->nrules; i++)
		if (!strcmp(ur_tree_text(t, t->chains[t->rules[i].chain].name), chain) &&
		    strstr(ur_tree_text(t, t->rules[i].text), words))
			return i;
	return UR_TREE_NONE;
}

/* UDP from 10.219.7.1 port 40000, which came in on s0. */
static inline struct ur_flow flow_to(struct ur_evidence *ev, const char *dst, uint16_t dport)
{
	sample_packet(ev, IPPROTO_UDP, strchr(dst, ':') ? "fd21:9707::1" : "10.219.7.1", 40000, dst,
		      dport);
	ev->ev.rule.iif = 2;
	SAMPLE_COPY(ev->ev.rule.iifname, "s0");
	return ur_flow_of(ev);
}
