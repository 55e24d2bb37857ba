/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* addr.h - addresses and endpoints as text. */
#include <stdbool.h>
#include <stdint.h>

#define UR_ADDR_TEXT     48 /* an IPv6 address and its terminator */
#define UR_ENDPOINT_TEXT 64 /* "[address]:port" and its terminator */

/* The IP version (4 or 6) of an address family (AF_INET, AF_INET6); 0 for another. */
uint8_t ur_ip_version(uint8_t af);

/* True for 0.0.0.0 and ::. */
bool ur_addr_any(uint8_t version, const uint8_t addr[16]);

bool ur_addr_equal(uint8_t version, const uint8_t a[16], const uint8_t b[16]);

/* True for 224.0.0.0/4 and ff00::/8. */
bool ur_addr_multicast(uint8_t version, const uint8_t addr[16]);

/* Address @addr of a socket of family @af (AF_INET, AF_INET6) into @ret, an IPv4 one of an
 * IPv6 socket (::ffff:a.b.c.d) as such. Returns the IP version. */
uint8_t ur_addr_plain(uint8_t af, const uint8_t addr[16], uint8_t ret[16]);

/* Address of IP version @version (4 or 6) into @buf, which is returned; "?" for another
 * version. @addr is in network byte order. */
const char *ur_addr_text(uint8_t version, const uint8_t addr[16], char buf[UR_ADDR_TEXT]);

/* The same as "10.0.0.5:53" or "[fd00::5]:53"; @port in host byte order. */
const char *ur_endpoint_text(uint8_t version, const uint8_t addr[16], uint16_t port,
			     char buf[UR_ENDPOINT_TEXT]);
