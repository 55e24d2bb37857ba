/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* split.h - where fields of a module's types lie, by its BTF alone.
 *
 * A module's BTF (split BTF, Documentation/bpf/btf.rst) goes on where the kernel's ends: its
 * type numbers follow on the kernel's, and a name that the kernel has, too, stands only there.
 * libbpf reads it on top of all of the kernel's types, which are 5 MB, twice for a moment. The
 * few fields that we look for can be found without them.
 */
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

struct ur_split;

/* Read the types at @path, which go on those at @base, @ntypes of them. Only @names (@n, borrowed)
 * can be asked for. Returns 0 and gives *@ret to the caller; -errno, and -EBADMSG for what is no
 * BTF, or has kinds of types that are not known here. */
int ur_split_open(const char *base, uint32_t ntypes, const char *path, const char *const *names,
		  size_t n, struct ur_split **ret);
void ur_split_free(struct ur_split *s);
UR_DEFINE_CLEANUP(struct ur_split, ur_split_free)

/* Offset in bytes of @field of struct @type, also in its members without a name. -ENOENT: the
 * module has no such struct, but the kernel may; -ENODATA: the struct has no such field; -EXDEV:
 * a member without a name is of a type of the kernel's, which may have it. */
int ur_split_offset(const struct ur_split *s, const char *type, const char *field);
