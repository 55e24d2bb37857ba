/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* errors.h - Destination Unreachables as they are on the wire. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#define ERROR_SIZE 56

/* An IPv4 one from @from to 10.0.0.7 about UDP 10.0.0.7:53211 > @dst port 8125, identification
 * 0x1234. The caller may change it. */
static inline void error_make(uint8_t p[ERROR_SIZE], const char *from, const char *dst,
			      uint8_t code)
{
	memset(p, 0, ERROR_SIZE);
	p[0] = 0x45;
	p[1] = 0xc0;
	p[3] = ERROR_SIZE;
	p[8] = 64;
	p[9] = IPPROTO_ICMP;
	inet_pton(AF_INET, from, p + 12);
	inet_pton(AF_INET, "10.0.0.7", p + 16);
	p[20] = 3;
	p[21] = code;
	p[28] = 0x45;
	p[31] = 61;
	p[32] = 0x12;
	p[33] = 0x34;
	p[36] = 64;
	p[37] = IPPROTO_UDP;
	inet_pton(AF_INET, "10.0.0.7", p + 40);
	inet_pton(AF_INET, dst, p + 44);
	p[48] = 53211 >> 8;
	p[49] = 53211 & 0xff;
	p[50] = 8125 >> 8;
	p[51] = 8125 & 0xff;
}
