/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

uint8_t ur_ip_version(uint8_t af)
{
	return af == AF_INET ? 4 : af == AF_INET6 ? 6 : 0;
}

bool ur_addr_any(uint8_t version, const uint8_t addr[16])
{
	static const uint8_t any[16];

	return ur_addr_equal(version, addr, any);
}

bool ur_addr_equal(uint8_t version, const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, version == 4 ? 4 : 16) == 0;
}

bool ur_addr_multicast(uint8_t version, const uint8_t addr[16])
{
	return version == 6 ? addr[0] == 0xff : (addr[0] & 0xf0) == 0xe0;
}

uint8_t ur_addr_plain(uint8_t af, const uint8_t addr[16], uint8_t ret[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(ret, addr, 16);
	if (af != AF_INET6 || memcmp(addr, mapped, sizeof(mapped)) != 0)
		return ur_ip_version(af);
	memset(ret, 0, 16);
	memcpy(ret, addr + sizeof(mapped), 4);
	return 4;
}

const char *ur_addr_text(uint8_t version, const uint8_t addr[16], char buf[UR_ADDR_TEXT])
{
	int af = version == 4 ? AF_INET : AF_INET6;

	if ((version != 4 && version != 6) || !inet_ntop(af, addr, buf, UR_ADDR_TEXT))
		snprintf(buf, UR_ADDR_TEXT, "?");
	return buf;
}

const char *ur_endpoint_text(uint8_t version, const uint8_t addr[16], uint16_t port,
			     char buf[UR_ENDPOINT_TEXT])
{
	char text[UR_ADDR_TEXT];

	snprintf(buf, UR_ENDPOINT_TEXT, version == 6 ? "[%s]:%u" : "%s:%u",
		 ur_addr_text(version, addr, text), port);
	return buf;
}
