/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* filter.h - pcap filter expressions, applied to refused packets.
 *
 * A packet starts at its network header: there is no link layer to ask about.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

struct ur_filter;

/* Compile the expression that the @n @words make up, as pcap-filter(7) describes it. Returns
 * 0 and gives *@ret to the caller; -EINVAL with libpcap's message in @err; or -ENOMEM. */
int ur_filter_new(char *const *words, size_t n, char *err, size_t errlen, struct ur_filter **ret);
void ur_filter_free(struct ur_filter *filter);
UR_DEFINE_CLEANUP(struct ur_filter, ur_filter_free)

/* One instruction of classic BPF: libpcap's struct bpf_insn, which the kernel calls struct
 * sock_filter. */
struct ur_filter_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

/* What the expression was compiled to: *@n instructions, borrowed. */
const struct ur_filter_insn *ur_filter_code(const struct ur_filter *filter, size_t *n);

/* Whether a packet of @wire bytes matches, of which the first @len are at @packet. What asks for
 * a byte behind them does not match. */
bool ur_filter_match(const struct ur_filter *filter, const uint8_t *packet, size_t len,
		     uint32_t wire);
