// SPDX-License-Identifier: GPL-2.0-only
/* procnet.c - a strict parser: what isn't exactly as expected is no line. */
#include "user/enrich/procnet.h"
#include <string.h>
#include <sys/socket.h>

struct cursor {
	const char *at;
	const char *end;
};

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

static bool expect(struct cursor *c, char want)
{
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

/* Exactly @digits digits. */
static bool hex(struct cursor *c, int digits, uint32_t *ret)
{
	*ret = 0;
	for (int i = 0; i < digits; i++, c->at++) {
		int digit = c->at < c->end ? hex_digit(*c->at) : -1;

		if (digit < 0)
			return false;
		*ret = *ret << 4 | digit;
	}
	return true;
}

static bool decimal(struct cursor *c, uint64_t max, uint64_t *ret)
{
	const char *start;

	skip_blanks(c);
	*ret = 0;
	for (start = c->at; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		unsigned digit = *c->at - '0';

		if (digit > max || *ret > (max - digit) / 10)
			return false;
		*ret = *ret * 10 + digit;
	}
	return c->at > start;
}

/* "0100007F:0035", or four such words before the colon. */
static bool address(struct cursor *c, int words, uint8_t addr[16], uint16_t *port)
{
	uint32_t word;

	skip_blanks(c);
	memset(addr, 0, 16);
	for (int i = 0; i < words; i++) {
		if (!hex(c, 8, &word))
			return false;
		memcpy(addr + 4 * i, &word, 4);
	}
	if (!expect(c, ':') || !hex(c, 4, &word))
		return false;
	*port = word;
	return true;
}

/* " 0A", the state. */
static bool state(struct cursor *c, uint8_t *ret)
{
	uint32_t value;

	skip_blanks(c);
	if (!hex(c, 2, &value))
		return false;
	*ret = value;
	return true;
}

/* " 00000000:00000000", a pair that says nothing to us. */
static bool pair(struct cursor *c, int first, int second)
{
	uint32_t value;

	skip_blanks(c);
	return hex(c, first, &value) && (!second || (expect(c, ':') && hex(c, second, &value)));
}

/* Words in an address: the first one ends at its colon. */
static int words_of(const struct cursor *c)
{
	const char *colon = memchr(c->at, ':', c->end - c->at);
	ptrdiff_t len = colon ? colon - c->at : 0;

	return len == 8 ? 1 : len == 32 ? 4 : 0;
}

bool ur_procnet_parse(const char *line, size_t len, struct ur_procnet *row)
{
	struct cursor c = { line, line + len };
	struct ur_procnet r = {};
	uint64_t slot, uid, timeout;
	int words;

	if (!decimal(&c, UINT32_MAX, &slot) || !expect(&c, ':'))
		return false;
	skip_blanks(&c);
	words = words_of(&c);
	if (!words || !address(&c, words, r.local, &r.port) ||
	    !address(&c, words, r.peer, &r.peer_port) || !state(&c, &r.state))
		return false;
	if (!pair(&c, 8, 8) || !pair(&c, 2, 8) || !pair(&c, 8, 0))
		return false;
	if (!decimal(&c, UINT32_MAX, &uid) || !decimal(&c, UINT64_MAX, &timeout) ||
	    !decimal(&c, UINT64_MAX, &r.inode))
		return false;
	if (c.at < c.end && *c.at != ' ' && *c.at != '\n')
		return false;
	r.family = words == 1 ? AF_INET : AF_INET6;
	r.uid = uid;
	*row = r;
	return true;
}

/* The address of the socket, or what stands in for it ("%pK"). */
static bool word(struct cursor *c)
{
	const char *start = c->at;

	while (c->at < c->end && *c->at != ' ' && *c->at != '\n')
		c->at++;
	return c->at > start;
}

/* "ffff... 3      3    0003   2     1 0      0      12345" */
bool ur_procnet_parse_packet(const char *line, size_t len, struct ur_procnet_packet *row)
{
	struct cursor c = { line, line + len };
	struct ur_procnet_packet r = {};
	uint64_t refs, type, ifindex, running, memory, uid;
	uint32_t ethertype;

	if (!word(&c) || !decimal(&c, UINT32_MAX, &refs) || !decimal(&c, UINT16_MAX, &type))
		return false;
	skip_blanks(&c);
	if (!hex(&c, 4, &ethertype) || !expect(&c, ' '))
		return false;
	if (!decimal(&c, INT32_MAX, &ifindex) || !decimal(&c, 1, &running) ||
	    !decimal(&c, UINT32_MAX, &memory) || !decimal(&c, UINT32_MAX, &uid) ||
	    !decimal(&c, UINT64_MAX, &r.inode))
		return false;
	skip_blanks(&c);
	if (c.at < c.end && *c.at != '\n')
		return false;
	r.ethertype = ethertype;
	r.ifindex = ifindex;
	r.running = running;
	r.uid = uid;
	*row = r;
	return true;
}
