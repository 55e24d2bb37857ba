/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nat_flow.h - a flow for the tests of NAT rules. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "user/enrich/nat_words.h"

/* UDP from 10.219.7.1:40000 to 10.219.7.2:5353, or from fd00::1 to fd00::2, by s0. */
static inline struct ur_nat_flow flow_of(uint8_t family)
{
	struct ur_nat_flow f = { .family = family, .proto = IPPROTO_UDP, .dst_local = UR_NAT_YES };
	int af = family == 4 ? AF_INET : AF_INET6;

	f.sport = 40000;
	f.dport = 5353;
	inet_pton(af, family == 4 ? "10.219.7.1" : "fd00::1", f.src);
	inet_pton(af, family == 4 ? "10.219.7.2" : "fd00::2", f.dst);
	strcpy(f.iif, "s0");
	return f;
}

static inline void to_bytes(const char *text, uint8_t addr[16])
{
	memset(addr, 0, 16);
	inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, addr);
}
