/* SPDX-License-Identifier: GPL-2.0-only */
/* ipt.c - what iptables-save prints: the tree, what its rules say of a packet, and one rule.
 *
 * An input is which packet, which rule, and the listing.
 */
#include <errno.h>
#include "tests/fuzz/rules.h"
#include "user/enrich/ipt_save.h"

static void scan(const char *text, size_t len, uint32_t number)
{
	const struct ur_ipt_rule rule = { .table = "filter", .chain = "INPUT", .number = number };
	struct ur_ipt_scan scan = { .rule = &rule };
	struct ur_lines lines = { .quoting = UR_QUOTES_IPTABLES,
				  .fn = ur_ipt_scan_line,
				  .arg = &scan };

	must(!ur_lines_feed(text, len, &lines));
	must(scan.seen <= len);
	must(strnlen(scan.text, sizeof(scan.text)) < sizeof(scan.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ur_cleanup(ur_tree_freep) struct ur_tree *tree = NULL;
	struct fuzz f = { data, size };
	const uint8_t which = fuzz_u8(&f), number = fuzz_u8(&f);
	char *text = fuzz_copy(f.at, f.left);
	int r = ipt_tree_of(text, f.left, "filter", &tree);

	must(!r || r == -EBADMSG || r == -E2BIG);
	if (!r)
		ask_of_tree(tree, which);
	scan(text, f.left, number);
	free(text);
	return 0;
}
