/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* abi_filter.h - the part of abi.h that is about filter expressions; included by it alone. */

/* What a filter expression is asked about: map "filter_packet". The program that asks is made from
 * the expression, by user space. */
struct ur_filter_packet {
	__u32 len;  /* valid bytes of snap[] */
	__u32 wire; /* of the whole packet: what "len" means */
	__u8 snap[UR_SNAP_MAX];
};
_Static_assert(sizeof(struct ur_filter_packet) == 8 + UR_SNAP_MAX, "ur_filter_packet has a hole");

/* Map "builder": the programs that kprobe programs go on with. To build a record takes the
 * verifier as long as all the rest together, and so that is loaded once. UR_BUILD_RESET is there
 * with --tcp-reset only, UR_BUILD_FILTER to UR_BUILD_DROP where the kernel side looks at a
 * filter. */
#define UR_BUILD_RECORD  0
#define UR_BUILD_RESET   1
#define UR_BUILD_FILTER  2 /* the packet is to be looked at */
#define UR_BUILD_MATCH   3 /* does it match? */
#define UR_BUILD_PASS    4 /* it does */
#define UR_BUILD_DROP    5 /* it does not */
#define UR_BUILD_XT      6 /* a record goes on: record.bpf.c */
#define UR_BUILD_RULE    7
#define UR_BUILD_SOCKETS 8
#define UR_BUILD_MAX     9
