/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* xt_table.h - reading a table of legacy iptables, in the namespace of the calling thread. */
#include <stdbool.h>
#include <stdint.h>
#include "user/enrich/xt_blob.h"

/* One reading of one table. */
struct ur_xt_reading {
	struct ipt_get_entries *entries; /* the same for IPv6 */
	struct ur_xt_table table;
	uint32_t num_entries; /* rules, and what else the kernel counts */
	uint64_t digest;
};

/* Has this namespace table @name? Asking the kernel for one that is not there makes it. */
bool ur_xt_table_exists(const char *name, bool ipv6);

/* Read table @name, which exists. Returns 0; -EAGAIN when it was replaced meanwhile; -E2BIG;
 * -ENOMEM; -EBADMSG; -errno. @ret, all 0 before, is the caller's to clear in any case. */
int ur_xt_table_read(const char *name, bool ipv6, struct ur_xt_reading *ret);

/* Let go of the entries; the digest stays. */
void ur_xt_table_clear(struct ur_xt_reading *reading);
