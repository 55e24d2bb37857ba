/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* names.h - the numbers of the kernel's headers in the words of the tools that show them. */
#include <stdint.h>

#define UR_NUMBER_TEXT 16

/* "udp", "tcp", ...; a protocol without a name here gives its number, written to @buf. */
const char *ur_proto_name(uint8_t proto, char buf[UR_NUMBER_TEXT]);

/* How people write it: "UDP", "UDP-Lite", "TCP"; else as ur_proto_name(). */
const char *ur_proto_title(uint8_t proto, char buf[UR_NUMBER_TEXT]);

/* "port-unreachable", ... of ICMP (@version 4) and ICMPv6 (6); "unreachable" for a code
 * without a name, "error" for another type than Destination Unreachable. Never NULL. */
const char *ur_icmp_name(uint8_t version, uint8_t type, uint8_t code);

/* NFPROTO_* as nft names it: "inet", "ip", "ip6", ...; NULL for another. */
const char *ur_nf_family_name(uint8_t pf);

/* nf_hook_state.hook as nft names it, by nf_hook_state.pf: "input", ...; NULL for another. */
const char *ur_nf_hook_name(uint8_t pf, uint8_t hook);

/* "SIGKILL", ...; "signal 50" for one without a name, written to @buf. */
const char *ur_signal_name(int number, char buf[UR_NUMBER_TEXT]);

#define UR_TCP_FLAGS_TEXT 48

/* The flags of a TCP header, from its 14th byte: "SYN", "PSH, ACK", "no flags". */
const char *ur_tcp_flags_text(uint8_t flags, char buf[UR_TCP_FLAGS_TEXT]);

/* The name of flag @bit, 0 to 7: "fin", "syn", ...; NULL for another. */
const char *ur_tcp_flag_name(unsigned int bit);

/* TCP_* of the kernel as ss names it: "ESTAB", "LISTEN"; NULL for another. */
const char *ur_tcp_state_name(uint8_t state);

/* UR_MM_*: "none", "address", ...; NULL for another. */
const char *ur_mismatch_name(uint8_t mismatch);
