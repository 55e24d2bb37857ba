/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* savefile.h - reads capture files, pcapng and the older pcap, of any byte order; from pipes,
 * too. What is in them is not trusted.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "user/base/cleanup.h"

struct ur_savefile;

/* A packet, or a block of a pcapng file that is none. Borrowed until the next is read. */
struct ur_saved {
	const uint8_t *block; /* as it stands in the file; NULL in a pcap file */
	size_t block_len;
	bool swap;   /* numbers in it are in the other byte order than this machine's */
	bool packet; /* the rest is valid */
	uint32_t interface;
	uint16_t linktype;
	uint64_t time; /* nanoseconds since 1970 */
	uint32_t wire; /* bytes that it had */
	uint32_t len;
	const uint8_t *data;
	const uint8_t *options;
	size_t options_len;
};

struct ur_saved_option {
	uint16_t code;
	uint16_t len;
	const uint8_t *value;
};

/* Read what @in starts with; it stays the caller's. Returns 0 and gives *@ret to the caller;
 * -EPROTO: this is no capture file; -EMEDIUMTYPE: it is compressed; -ENODATA: it ends too early;
 * -errno. */
int ur_savefile_open(FILE *in, struct ur_savefile **ret);
void ur_savefile_free(struct ur_savefile *file);
UR_DEFINE_CLEANUP(struct ur_savefile, ur_savefile_free)

/* Whether it is a pcapng file, so that ur_saved.block is there. */
bool ur_savefile_has_blocks(const struct ur_savefile *file);

/* The link type of all packets of a pcap file. */
uint16_t ur_savefile_linktype(const struct ur_savefile *file);

/* Read the next. Returns 1; 0 at the end; -ENODATA where the file was cut off inside of one;
 * -EPROTO where it makes no sense from here on; -errno. */
int ur_savefile_next(struct ur_savefile *file, struct ur_saved *ret);

/* The option behind byte *@at, which starts at 0 and moves on; false when there is none. */
bool ur_saved_option(const struct ur_saved *saved, size_t *at, struct ur_saved_option *ret);

/* Make the file at @path, or empty it, to write a capture to: what that shows is nobody's business
 * but its owner's. The caller closes it; NULL with errno set when it can't be had. */
FILE *ur_savefile_create(const char *path);

/* Is it an answer, whose record is beside the packet before it? */
bool ur_saved_is_answer(const struct ur_saved *saved);

/* The evidence record that a packet carries, terminated, the caller's to free, its length in
 * *@len. NULL when it carries none, or without memory. */
char *ur_saved_record(const struct ur_saved *saved, size_t *len);
