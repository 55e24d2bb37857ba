/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* packet.h - what the kernel side makes of a packet, compiled for this machine. It has types of
 * its own: those of vmlinux.h and of libc don't go together. */

struct bpf_packet {
	/* what there is */
	const unsigned char *linear; /* from the network header on, in the linear part */
	unsigned int linear_len;
	unsigned int len;       /* of all */
	unsigned int transport; /* where the stack found its header, from the network header on */
	int behind;             /* which bytes lie behind the linear part; -1: none can be read */
	unsigned char family;   /* by which function was entered */
	unsigned char pkt_type;
	unsigned char unrouted;
	unsigned int rt_flags;
	/* what comes of it */
	unsigned char src[16], dst[16], proto;
	unsigned short sport, dport;
	unsigned char snap[4096];
	unsigned int snap_len, pkt_len;
	unsigned char early;       /* of the function that answers */
	unsigned char rejected[4]; /* of a rule: through IP, by hand; each as error, as reset */
	unsigned char is_reset, is_fragment;
};

void bpf_packet_read(struct bpf_packet *p);
