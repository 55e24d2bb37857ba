/* SPDX-License-Identifier: GPL-2.0-only */
/* nft.c - what `nft -a -s list table` prints: the tree, and what its rules say of a packet.
 *
 * An input is which packet, how many bytes come at once, and the listing.
 */
#include <errno.h>
#include "tests/fuzz/rules.h"
#include "user/enrich/lines.h"
#include "user/enrich/nft_list.h"

/* The reader of rule texts goes by lines. */
static int on_line(const struct ur_line *line, void *arg)
{
	uint64_t *rules = arg;
	uint64_t handle;
	char text[UR_RULE_TEXT_MAX];

	must(strlen(line->head) <= UR_LINE_HEAD && strlen(line->tail) <= UR_LINE_TAIL);
	ur_nft_list_is_end(line);
	if (!ur_nft_list_parse(line, &handle, text, sizeof(text)))
		return 0;
	must(strlen(text) < sizeof(text));
	++*rules;
	return 0;
}

static void read_lines(const char *text, size_t len)
{
	uint64_t rules = 0;
	struct ur_lines lines = { .quoting = UR_QUOTES_NFT, .fn = on_line, .arg = &rules };

	must(!ur_lines_feed(text, len, &lines));
	must(rules <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL, *whole = NULL;
	struct fuzz f = { data, size };
	const uint8_t which = fuzz_u8(&f);
	const size_t piece = 1u + fuzz_u8(&f);
	char *text = fuzz_copy(f.at, f.left);
	int r = nft_tree_of(text, f.left, piece, &tree);

	must(!r || r == -EBADMSG || r == -E2BIG);
	/* it does not matter in what pieces it comes */
	must(nft_tree_of(text, f.left, f.left ?: 1, &whole) == r);
	must(r || (tree->nrules == whole->nrules && tree->nedges == whole->nedges));
	if (!r)
		ask_of_tree(tree, which);
	read_lines(text, f.left);
	free(text);
	return 0;
}
