/* SPDX-License-Identifier: GPL-2.0-only */
/* xt.c - tables of legacy iptables, as the kernel hands them out: chains of offsets.
 *
 * An input is the family, where the built-in chains start, and the entries.
 */
#include <errno.h>
#include "tests/fuzz/fuzz.h"
#include "user/enrich/xt_blob.h"

struct rejects {
	const struct ur_xt_table *table;
	int64_t n;
};

static void on_reject(uint64_t target_off, const struct ur_xt_rule *rule, void *arg)
{
	struct rejects *rejects = arg;
	struct ur_xt_rule found;

	must(target_off < rejects->table->size && rule->number);
	must(strlen(rule->chain) < sizeof(rule->chain));
	must(strlen(rule->comment) < sizeof(rule->comment));
	rejects->n++;
	if (ur_xt_find(rejects->table, target_off, &found))
		return;
	must(found.number == rule->number && found.digest == rule->digest);
	must(found.number <= found.count && !strcmp(found.chain, rule->chain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	struct ur_xt_table table = { .ipv6 = fuzz_u8(&f) & 1 };
	struct rejects rejects = { .table = &table };
	struct ur_xt_rule rule;
	uint64_t target;
	int r;

	table.valid_hooks = fuzz_u8(&f);
	for (unsigned int i = 0; i < UR_XT_HOOKS; i++)
		table.hook_entry[i] = fuzz_u16(&f);
	target = fuzz_u16(&f);
	table.size = f.left;
	table.entries = fuzz_copy(f.at, f.left);
	r = ur_xt_find(&table, target, &rule);
	must(!r || r == -ENOENT || r == -EBADMSG);
	must(r || rule.number <= rule.count);
	must(ur_xt_each_reject(&table, on_reject, &rejects) >= 0 || rejects.n >= 0);
	must(ur_xt_digest(&table) == ur_xt_digest(&table));
	free((void *)table.entries);
	return 0;
}
