/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* filter_ebpf.h - from a compiled filter expression to a program for the kernel side.
 *
 * libpcap compiles to classic BPF. The program that is made of it reads what the kernel side has
 * put into map "filter_packet" and goes on in map "builder", with UR_BUILD_PASS where
 * ur_filter_match() would say true of the same bytes, else with UR_BUILD_DROP. Pure: nothing is
 * loaded here.
 */
#include <stddef.h>
#include "user/packet/filter.h"

struct bpf_insn; /* of linux/bpf.h; libpcap's headers have another of that name */

/* Returns 0 and gives *@ret, of *@nret instructions, to the caller (free()); -ENOTSUP for what
 * the kernel does not take or would not end, -E2BIG, or -ENOMEM. @packet, @builder: the maps'
 * descriptors. */
int ur_filter_translate(const struct ur_filter_insn *code, size_t n, int packet, int builder,
			struct bpf_insn **ret, size_t *nret);
