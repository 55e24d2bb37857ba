// SPDX-License-Identifier: GPL-2.0-only
/* nat_words.c - words, addresses and ports in the text of rules. */
#include "user/enrich/nat_words.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

bool ur_nat_word(const char **at, char word[UR_NAT_WORD_MAX])
{
	const char *p = *at + strspn(*at, " \t\n,");
	size_t n, len;

	if (!*p)
		return false;
	if (*p == '"') {
		n = strcspn(++p, "\"");
		*at = p + n + (p[n] == '"');
	} else {
		n = *p == '{' || *p == '}' ? 1 : strcspn(p, " \t\n,{}");
		*at = p + n;
	}
	len = n < UR_NAT_WORD_MAX ? n : UR_NAT_WORD_MAX - 1;
	memcpy(word, p, len);
	word[len] = '\0';
	return true;
}

enum ur_nat_fit ur_nat_not(enum ur_nat_fit fit)
{
	return fit == UR_NAT_MAYBE ? fit : fit == UR_NAT_YES ? UR_NAT_NO : UR_NAT_YES;
}

static size_t bytes_of(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

static bool to_addr(const char *text, size_t n, uint8_t family, uint8_t addr[16])
{
	char buf[INET6_ADDRSTRLEN];

	if (n >= sizeof(buf))
		return false;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return inet_pton(family == 4 ? AF_INET : AF_INET6, buf, addr) == 1;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;
	uint8_t mask = rest ? 0xff << (8 - rest) : 0;

	return !memcmp(a, b, bits / 8) && (!rest || !((a[bits / 8] ^ b[bits / 8]) & mask));
}

/* A decimal number that ends at @end; false for anything else. */
static bool to_number(const char *text, const char *end, unsigned long max, unsigned long *ret)
{
	char *stop;

	if (*text < '0' || *text > '9')
		return false;
	*ret = strtoul(text, &stop, 10);
	return stop == end && *ret <= max;
}

static enum ur_nat_fit yes(bool fits)
{
	return fits ? UR_NAT_YES : UR_NAT_NO;
}

enum ur_nat_fit ur_nat_fit_addr(const char *word, uint8_t family, const uint8_t addr[16])
{
	size_t n = strcspn(word, "/-"), size = bytes_of(family);
	uint8_t low[16], high[16];
	unsigned long bits = size * 8;

	if (!to_addr(word, n, family, low))
		return UR_NAT_MAYBE;
	if (word[n] == '-') {
		if (!to_addr(word + n + 1, strlen(word + n + 1), family, high))
			return UR_NAT_MAYBE;
		return yes(memcmp(addr, low, size) >= 0 && memcmp(addr, high, size) <= 0);
	}
	if (word[n] == '/' && !to_number(word + n + 1, word + strlen(word), size * 8, &bits))
		return UR_NAT_MAYBE;
	return yes(same_prefix(addr, low, bits));
}

enum ur_nat_fit ur_nat_fit_port(const char *word, uint16_t port)
{
	size_t n = strcspn(word, "-:");
	unsigned long low, high;

	if (!to_number(word, word + n, 65535, &low))
		return UR_NAT_MAYBE;
	high = low;
	if (word[n] && !to_number(word + n + 1, word + strlen(word), 65535, &high))
		return UR_NAT_MAYBE;
	return yes(port >= low && port <= high);
}

enum ur_nat_fit ur_nat_fit_proto(const char *word, uint8_t proto)
{
	static const struct {
		const char *name;
		uint8_t proto;
	} known[] = { { "udp", IPPROTO_UDP },   { "tcp", IPPROTO_TCP },
		      { "icmp", IPPROTO_ICMP }, { "udplite", IPPROTO_UDPLITE },
		      { "sctp", IPPROTO_SCTP }, { "ipv6-icmp", IPPROTO_ICMPV6 } };
	unsigned long number;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(word, known[i].name))
			return yes(known[i].proto == proto);
	if (to_number(word, word + strlen(word), 255, &number))
		return yes(number == proto);
	return UR_NAT_MAYBE;
}

enum ur_nat_fit ur_nat_fit_name(const char *word, const char *name)
{
	size_t n = strlen(word);

	if (!*name)
		return UR_NAT_MAYBE;
	if (n && (word[n - 1] == '*' || word[n - 1] == '+'))
		return yes(!strncmp(word, name, n - 1));
	return yes(!strcmp(word, name));
}

bool ur_nat_target(const char *word, uint8_t family, struct ur_nat_step *step)
{
	const char *addr = word, *port = NULL;
	size_t n = strlen(word);
	unsigned long number;

	if (*word == '[') {
		addr++;
		n = strcspn(addr, "]");
		if (!addr[n] || (addr[n + 1] && addr[n + 1] != ':'))
			return false;
		port = addr[n + 1] ? addr + n + 2 : NULL;
	} else if (family == 4 || *word == ':') {
		n = strcspn(word, ":");
		port = word[n] ? word + n + 1 : NULL;
	}
	if (port && !to_number(port, port + strlen(port), 65535, &number))
		return false;
	step->has_addr = n;
	step->has_port = port;
	step->port = port ? number : 0;
	return !n || to_addr(addr, n, family, step->addr);
}
