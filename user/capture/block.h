/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* block.h - blocks of a pcapng file, built in memory
 * (draft-ietf-opsawg-pcapng, "PCAP Next Generation Capture File Format").
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"

#define UR_PCAPNG_SECTION   0x0a0d0d0au
#define UR_PCAPNG_INTERFACE 1u
#define UR_PCAPNG_OLDPACKET 2u
#define UR_PCAPNG_SIMPLE    3u
#define UR_PCAPNG_PACKET    6u
#define UR_PCAPNG_MAGIC     0x1a2b3c4du

#define UR_OPT_END            0
#define UR_OPT_COMMENT        1
#define UR_OPT_CUSTOM         2988 /* UTF-8 text behind a private enterprise number */
#define UR_OPT_SHB_OS         3
#define UR_OPT_SHB_USERAPPL   4
#define UR_OPT_IF_NAME        2
#define UR_OPT_IF_DESCRIPTION 3
#define UR_OPT_IF_TSRESOL     9
#define UR_OPT_IF_TSOFFSET    14
#define UR_OPT_EPB_FLAGS      2
#define UR_OPT_MAX            65535 /* bytes of one option's value */

#define UR_LINKTYPE_RAW 101 /* IPv4 or IPv6, from its header on */

/* The enterprise number in front of a custom option's text. There is none of our own; this
 * one is for documentation (RFC 5612), and so of nobody: the text says whose it is. */
#define UR_PCAPNG_PEN   32473u
#define UR_RECORD_FIRST "unreach:"       /* in front of a record, or of its beginning */
#define UR_RECORD_MORE  "unreach+:"      /* in front of what an option had no room for */
#define UR_RECORD_NONE  "unreach=answer" /* of an answer: the packet before it has the record */

struct ur_block {
	uint8_t *at;
	size_t len;
	size_t room;
	bool swap;   /* numbers in the other byte order than this machine's */
	bool failed; /* no memory: nothing of it is to be used */
};

void ur_block_free(struct ur_block *block);
UR_DEFINE_CLEANUP(struct ur_block, ur_block_free)

/* Forget what is in it and start one of @type. */
void ur_block_start(struct ur_block *block, uint32_t type);

void ur_block_u16(struct ur_block *block, uint16_t number);
void ur_block_u32(struct ur_block *block, uint32_t number);
/* @n bytes, and zeros up to the next word. */
void ur_block_bytes(struct ur_block *block, const void *bytes, size_t n);

/* An option; what is longer than one may be is cut. */
void ur_block_option(struct ur_block *block, uint16_t code, const void *value, size_t n);
/* The same for text: cut at a character. */
void ur_block_text(struct ur_block *block, uint16_t code, const char *text);
/* An evidence record, in as many options as it needs. */
void ur_block_record(struct ur_block *block, const char *record);

/* Say that it is the answer to the packet before it. */
void ur_block_answer(struct ur_block *block);

/* Close it: the end of the options, the length at both ends. Returns 0 or -ENOMEM. */
int ur_block_end(struct ur_block *block, bool options);

/* What a section starts with. @app is the program's name and version. */
int ur_block_section(struct ur_block *block, const char *os, const char *app, const char *comment);

/* An interface of packets without link layer, and with times in nanoseconds. */
int ur_block_interface(struct ur_block *block, uint16_t linktype, uint32_t snaplen,
		       const char *name, const char *description);

/* The head of a packet's block, and the packet: options may follow, and ur_block_end(). */
void ur_block_packet(struct ur_block *block, uint32_t interface, uint64_t time, uint32_t wire,
		     const void *packet, uint32_t n);
