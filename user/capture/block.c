/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/block.h"

#include <errno.h>
#include <string.h>
#include "user/base/escape.h"

#define TIME_NS     9     /* if_tsresol: 10^-9 seconds */
#define RECORD_PART 65000 /* characters of a record in one option */

void ur_block_free(struct ur_block *block)
{
	free(block->at);
	*block = (struct ur_block){};
}

/* Where @n more bytes go; NULL without memory. */
static uint8_t *grow(struct ur_block *block, size_t n)
{
	uint8_t *at;

	if (block->len + n > block->room) {
		const size_t room = (block->len + n) * 2;

		at = block->failed ? NULL : realloc(block->at, room);
		if (!at) {
			block->failed = true;
			return NULL;
		}
		block->at = at;
		block->room = room;
	}
	at = block->at + block->len;
	block->len += n;
	return at;
}

static void put(struct ur_block *block, const void *bytes, size_t n)
{
	uint8_t *at = grow(block, n);

	if (at && n)
		memcpy(at, bytes, n);
}

static uint32_t ordered(const struct ur_block *block, uint32_t number)
{
	return block->swap ? __builtin_bswap32(number) : number;
}

void ur_block_u16(struct ur_block *block, uint16_t number)
{
	number = block->swap ? __builtin_bswap16(number) : number;
	put(block, &number, sizeof(number));
}

void ur_block_u32(struct ur_block *block, uint32_t number)
{
	number = ordered(block, number);
	put(block, &number, sizeof(number));
}

void ur_block_bytes(struct ur_block *block, const void *bytes, size_t n)
{
	static const uint8_t zeros[4];

	put(block, bytes, n);
	put(block, zeros, -n % 4);
}

void ur_block_start(struct ur_block *block, uint32_t type)
{
	block->len = 0;
	block->failed = false;
	ur_block_u32(block, type);
	ur_block_u32(block, 0); /* the length, see ur_block_end() */
}

void ur_block_option(struct ur_block *block, uint16_t code, const void *value, size_t n)
{
	n = n > UR_OPT_MAX ? UR_OPT_MAX : n;
	ur_block_u16(block, code);
	ur_block_u16(block, (uint16_t)n);
	ur_block_bytes(block, value, n);
}

void ur_block_text(struct ur_block *block, uint16_t code, const char *text)
{
	const size_t room = 3 * strlen(text) + 1; /* U+FFFD for each byte */
	ur_cleanup(ur_freep) char *clean = malloc(room);
	size_t n;

	if (!clean) {
		block->failed = true;
		return;
	}
	n = ur_utf8_clean(clean, room < UR_OPT_MAX ? room : UR_OPT_MAX, text);
	ur_block_option(block, code, clean, n);
}

static void put_part(struct ur_block *block, const char *prefix, const char *part, size_t n)
{
	const size_t start = strlen(prefix);

	ur_block_u16(block, UR_OPT_CUSTOM);
	ur_block_u16(block, (uint16_t)(4 + start + n));
	ur_block_u32(block, UR_PCAPNG_PEN);
	put(block, prefix, start);
	put(block, part, n);
	put(block, "\0\0\0", -(start + n) % 4);
}

void ur_block_record(struct ur_block *block, const char *record)
{
	const char *prefix = UR_RECORD_FIRST;

	for (size_t left = strlen(record), n; left; left -= n, record += n) {
		n = left < RECORD_PART ? left : RECORD_PART;
		put_part(block, prefix, record, n);
		prefix = UR_RECORD_MORE;
	}
}

void ur_block_answer(struct ur_block *block)
{
	put_part(block, UR_RECORD_NONE, "", 0);
}

int ur_block_end(struct ur_block *block, bool options)
{
	uint32_t len;

	if (options)
		ur_block_option(block, UR_OPT_END, "", 0);
	len = ordered(block, (uint32_t)block->len + 4);
	put(block, &len, sizeof(len));
	if (block->failed)
		return -ENOMEM;
	memcpy(block->at + 4, &len, sizeof(len));
	return 0;
}

int ur_block_section(struct ur_block *block, const char *os, const char *app, const char *comment)
{
	ur_block_start(block, UR_PCAPNG_SECTION);
	ur_block_u32(block, UR_PCAPNG_MAGIC);
	ur_block_u16(block, 1);
	ur_block_u16(block, 0);
	ur_block_u32(block, UINT32_MAX); /* how long the section is, 64 bits: not known */
	ur_block_u32(block, UINT32_MAX);
	ur_block_text(block, UR_OPT_SHB_OS, os);
	ur_block_text(block, UR_OPT_SHB_USERAPPL, app);
	if (*comment)
		ur_block_text(block, UR_OPT_COMMENT, comment);
	return ur_block_end(block, true);
}

int ur_block_interface(struct ur_block *block, uint16_t linktype, uint32_t snaplen,
		       const char *name, const char *description)
{
	const uint8_t resolution = TIME_NS;

	ur_block_start(block, UR_PCAPNG_INTERFACE);
	ur_block_u16(block, linktype);
	ur_block_u16(block, 0);
	ur_block_u32(block, snaplen);
	if (*name)
		ur_block_text(block, UR_OPT_IF_NAME, name);
	if (*description)
		ur_block_text(block, UR_OPT_IF_DESCRIPTION, description);
	ur_block_option(block, UR_OPT_IF_TSRESOL, &resolution, 1);
	return ur_block_end(block, true);
}

void ur_block_packet(struct ur_block *block, uint32_t interface, uint64_t time, uint32_t wire,
		     const void *packet, uint32_t n)
{
	ur_block_start(block, UR_PCAPNG_PACKET);
	ur_block_u32(block, interface);
	ur_block_u32(block, (uint32_t)(time >> 32));
	ur_block_u32(block, (uint32_t)time);
	ur_block_u32(block, n);
	ur_block_u32(block, wire);
	ur_block_bytes(block, packet, n);
}
