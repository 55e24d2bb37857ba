/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* btf.h - functions, structs, unions and enums of a BTF, by name.
 *
 * libbpf looks at each of 100,000 types, for each name; starting asks for a hundred names.
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"

struct btf;
struct ur_btf_index;

/* Index @btf, which is borrowed. Returns 0 and gives *@ret to
 * the caller, or -ENOMEM. */
int ur_btf_index_new(const struct btf *btf, struct ur_btf_index **ret);

void ur_btf_index_free(struct ur_btf_index *x);
UR_DEFINE_CLEANUP(struct ur_btf_index, ur_btf_index_free)

/* Are types of @kind found? */
bool ur_btf_index_has(uint32_t kind);

/* The id of type @name of @kind (BTF_KIND_FUNC, _STRUCT, _UNION, _ENUM, _ENUM64): the first,
 * as btf__find_by_name_kind() has it. -ENOENT. */
int ur_btf_index_find(const struct ur_btf_index *x, const char *name, uint32_t kind);

/* The ids of all types @name of @kind, in their order, @max of them at most. Returns how many
 * there are. */
size_t ur_btf_index_all(const struct ur_btf_index *x, const char *name, uint32_t kind,
			uint32_t *ids, size_t max);
