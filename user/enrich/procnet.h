/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* procnet.h - one line of /proc/net/{tcp,udp,udplite,raw}{,6} and packet. Pure.
 *
 * In raw and raw6 the port is the number of the protocol (raw_get_first()).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UR_PROCNET_LISTEN 10 /* TCP_LISTEN of net/tcp_states.h */

struct ur_procnet {
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t state;
	uint8_t local[16]; /* network order; IPv4 fills the first 4 */
	uint8_t peer[16];
	uint16_t port; /* host */
	uint16_t peer_port;
	uint32_t uid;
	uint64_t inode; /* 0: no process ever got it, or none has it any more */
};

/* Parse @len bytes at @line, as tcp4_seq_show() and its likes print them: addresses as
 * 32-bit words in hexadecimal, each in the machine's byte order. Returns false, and
 * leaves *@row alone, for the heading and for anything else that isn't such a line. */
bool ur_procnet_parse(const char *line, size_t len, struct ur_procnet *row);

/* A socket of AF_PACKET. */
struct ur_procnet_packet {
	uint16_t ethertype; /* ETH_P_ALL: every packet */
	uint32_t ifindex;   /* 0: of every device */
	bool running;       /* packets come */
	uint32_t uid;
	uint64_t inode;
};

/* The same for packet_seq_show(). */
bool ur_procnet_parse_packet(const char *line, size_t len, struct ur_procnet_packet *row);
