/* SPDX-License-Identifier: GPL-2.0-only */
/* redact.c - addresses and packets, with the key. */
#include "user/capture/redact.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include "user/capture/redact_parts.h"
#include "user/packet/headers.h"

#define IP4_MIN   20
#define IP6_SIZE  40
#define TRIES_MAX 64 /* until an address is none that is kept */
#define NOP       1  /* the option of IPv4 and TCP that says nothing */

int ur_redact_key_make(struct ur_redact_key *ret)
{
	return getrandom(ret, sizeof(*ret), 0) == sizeof(*ret) ? 0 : -(errno ?: EIO);
}

/* ---- SipHash-2-4, by its authors' paper ---- */

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_rounds(uint64_t v[4], int n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

uint64_t ur_redact_hash(const struct ur_redact_key *key, const void *data, size_t len,
			uint64_t kind)
{
	uint64_t v[4] = { key->k[0] ^ 0x736f6d6570736575, key->k[1] ^ 0x646f72616e646f6d,
			  key->k[0] ^ 0x6c7967656e657261, key->k[1] ^ 0x7465646279746573 };
	const uint8_t *at = data;
	uint64_t word;

	sip_word(v, kind);
	for (size_t left = len;; left -= sizeof(word), at += sizeof(word)) {
		word = 0;
		if (left < sizeof(word)) {
			memcpy(&word, at, left);
			break;
		}
		memcpy(&word, at, sizeof(word));
		sip_word(v, word);
	}
	sip_word(v, word | (uint64_t)(len + sizeof(kind)) << 56);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- addresses ---- */

/* Bits @from to @to, each by those before it: what shares them, shares them afterwards. */
static void change_bits(const struct ur_redact_key *key, uint8_t *addr, unsigned int from,
			unsigned int to)
{
	uint8_t before[16] = {};

	memcpy(before, addr, to / 8);
	for (unsigned int i = from; i < to; i++) {
		uint8_t prefix[16] = {};

		memcpy(prefix, before, i / 8);
		if (i % 8)
			prefix[i / 8] = before[i / 8] & (uint8_t)(0xff00 >> i % 8);
		if (ur_redact_hash(key, prefix, sizeof(prefix), i + 1) & 1)
			addr[i / 8] ^= (uint8_t)(0x80 >> i % 8);
	}
}

/* Bits of a kind of addresses that it stays one of; 32 for one that is everybody's. */
static unsigned int kept4(const uint8_t *a)
{
	static const struct {
		uint8_t begin[2], mask[2];
		unsigned int bits;
	} blocks[] = {
		{ { 0, 0 }, { 255, 0 }, 32 },       { { 127, 0 }, { 255, 0 }, 32 },
		{ { 224, 0 }, { 240, 0 }, 32 },     { { 240, 0 }, { 240, 0 }, 32 },
		{ { 10, 0 }, { 255, 0 }, 8 },       { { 172, 16 }, { 255, 240 }, 12 },
		{ { 192, 168 }, { 255, 255 }, 16 }, { { 100, 64 }, { 255, 192 }, 10 },
		{ { 169, 254 }, { 255, 255 }, 16 },
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if ((a[0] & blocks[i].mask[0]) == blocks[i].begin[0] &&
		    (a[1] & blocks[i].mask[1]) == blocks[i].begin[1])
			return blocks[i].bits;
	return 0;
}

static void redact4(const struct ur_redact_key *key, uint8_t *addr)
{
	const unsigned int bits = kept4(addr);

	if (bits == 32)
		return;
	change_bits(key, addr, bits, 32);
	/* Once more, where an address of no kind has become one of some: it is a permutation. */
	for (int i = 0; !bits && kept4(addr) && i < TRIES_MAX; i++)
		change_bits(key, addr, 0, 32);
}

/* ::, ::1, and groups. */
static bool everybodys6(const uint8_t *addr)
{
	static const uint8_t zero[15];

	return addr[0] == 0xff || (!memcmp(addr, zero, 15) && addr[15] <= 1);
}

static void redact6(const struct ur_redact_key *key, uint8_t *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff },
			     nat64[12] = { 0, 0x64, 0xff, 0x9b };
	static const uint8_t solicited[13] = { 0xff, 2, [11] = 1, [12] = 0xff };

	if (!memcmp(addr, mapped, 12) || !memcmp(addr, nat64, 12))
		redact4(key, addr + 12);
	else if (!memcmp(addr, solicited, 13))
		memset(addr + 13, 0, 3); /* the end of somebody's address */
	else if (addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80)
		change_bits(key, addr, 64, 128);
	else if (!everybodys6(addr))
		change_bits(key, addr, (addr[0] & 0xfe) == 0xfc ? 7 : 3, 128);
}

void ur_redact_address(const struct ur_redact_key *key, uint8_t version, uint8_t addr[16])
{
	if (version == 4) {
		redact4(key, addr);
		memset(addr + 4, 0, 12);
	} else {
		redact6(key, addr);
	}
}

/* ---- packets ---- */

static void redact_ip4(const struct ur_redact_key *key, uint8_t *ip, size_t len)
{
	uint32_t sum = 0;

	redact4(key, ip + 12);
	redact4(key, ip + 16);
	memset(ip + IP4_MIN, NOP, len - IP4_MIN);
	ip[10] = ip[11] = 0;
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
}

/* Extension headers up to byte @len: what they have as options, or as a route, is emptied. */
static void redact_ip6(const struct ur_redact_key *key, uint8_t *ip, size_t len)
{
	uint8_t next = ip[6];

	redact6(key, ip + 8);
	redact6(key, ip + 24);
	for (size_t at = IP6_SIZE, size; at + 8 <= len; at += size) {
		const uint8_t this = next;

		next = ip[at];
		size = this == IPPROTO_FRAGMENT ? 8 :
		       this == IPPROTO_AH       ? (ip[at + 1] + 2u) * 4 :
						  (ip[at + 1] + 1u) * 8;
		if (this != IPPROTO_FRAGMENT)
			memset(ip + at + 2, 0, (at + size < len ? size : len - at) - 2);
	}
}

/* The header of @proto at @at; returns how much of it is kept. */
static size_t redact_transport(uint8_t proto, uint8_t *at, size_t len)
{
	static const struct {
		uint8_t proto, size, checksum, checksum_size;
	} known[] = {
		{ IPPROTO_UDP, 8, 6, 2 },    { IPPROTO_UDPLITE, 8, 6, 2 },
		{ IPPROTO_TCP, 20, 16, 2 },  { IPPROTO_ICMP, 8, 2, 6 },
		{ IPPROTO_ICMPV6, 8, 2, 6 }, { IPPROTO_SCTP, 12, 8, 4 },
		{ IPPROTO_DCCP, 12, 6, 2 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t size = known[i].size, zero = known[i].checksum;

		if (known[i].proto != proto)
			continue;
		size = size < len ? size : len;
		for (; zero < size && zero < (size_t)known[i].checksum + known[i].checksum_size;
		     zero++)
			at[zero] = 0;
		return size;
	}
	return 0;
}

size_t ur_redact_packet(const struct ur_redact_key *key, uint8_t *snap, size_t len)
{
	struct ur_packet packet;
	size_t at = ur_packet_parse(&packet, snap, len), kept;

	if ((packet.family != 4 || len < IP4_MIN || at < IP4_MIN) &&
	    (packet.family != 6 || len < IP6_SIZE || at < IP6_SIZE))
		at = kept = 0;
	else
		kept = at = at < len ? at : len;
	if (kept && packet.family == 4)
		redact_ip4(key, snap, at);
	else if (kept)
		redact_ip6(key, snap, at);
	/* A later fragment has no header of that kind, but something else in its place. */
	if (kept &&
	    (packet.has_ports || packet.proto == IPPROTO_ICMP || packet.proto == IPPROTO_ICMPV6) &&
	    !packet.fragment)
		kept += redact_transport(packet.proto, snap + at, len - at);
	memset(snap + kept, 0, len - kept);
	return kept;
}
