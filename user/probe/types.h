/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* types.h - of the kernel's types, those that a BPF object asks for.
 *
 * For each type that an object relocates against, libbpf looks at every type of the kernel;
 * among a few thousand that is done soon.
 */
#include <stdint.h>
#include "user/probe/btf.h"

/* More types of one name than that are not looked at: libbpf would refuse them anyway. */
#define UR_SAME_NAME_MAX 8

#define UR_IDS_ENUM   "ur_type_ids"
#define UR_IDS_PREFIX "ur_id_of_" /* and the name of a struct */

/* Write to file @fd, as BTF, the types of @kernel that are named as types of @wanted (without
 * the "___flavour"), with all that lies in them. What they point to is void: CO-RE follows no
 * pointers. Ids are other ones than the kernel's: those that @wanted asks for by an enumerator
 * ur_id_of_NAME in enum ur_type_ids are its value. @names indexes @kernel.
 * Returns 0 or -errno. */
int ur_probe_types_write(const struct btf *kernel, const struct ur_btf_index *names,
			 const struct btf *wanted, int fd);
