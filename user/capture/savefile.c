/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/savefile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "user/capture/block.h"

#define BLOCK_HEAD      8 /* type, length */
#define BLOCK_MIN       12
#define BLOCK_MAX       (16u << 20)
#define SECTION_MIN     28
#define INTERFACE_MIN   20
#define INTERFACES_MAX  65536
#define PACKET_FIXED    28 /* of an enhanced packet block, up to the packet */
#define OLDPACKET_FIXED 28
#define SIMPLE_FIXED    12

#define PCAP_MICRO     0xa1b2c3d4u
#define PCAP_NANO      0xa1b23c4du
#define PCAP_FILE_HEAD 24
#define PCAP_PACKET    16
#define PCAP_LINK_MASK 0xffff /* what is above it says of frame check sequences */

#define NS_PER_S UINT64_C(1000000000)

struct interface {
	uint16_t linktype;
	uint32_t snaplen;
	uint64_t units; /* of time, per second */
	int64_t offset; /* seconds */
};

struct ur_savefile {
	FILE *in;
	bool pcap;
	bool swap;
	bool nano;  /* pcap */
	bool first; /* the section's head was read already */
	size_t n;
	struct interface *interfaces;
	size_t room;
	uint8_t *block;
};

static uint32_t get32(const uint8_t *at, bool swap)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return swap ? __builtin_bswap32(number) : number;
}

static uint16_t get16(const uint8_t *at, bool swap)
{
	uint16_t number;

	memcpy(&number, at, sizeof(number));
	return swap ? __builtin_bswap16(number) : number;
}

static size_t padded(uint32_t n)
{
	return ((size_t)n + 3) & ~(size_t)3;
}

/* Read @n bytes. Returns 0; -ENODATA when there are fewer, or none where @must be some; 1 for
 * none. */
static int read_bytes(struct ur_savefile *f, uint8_t *at, size_t n, bool must)
{
	size_t got;

	errno = 0;
	got = fread(at, 1, n, f->in);
	if (got == n)
		return 0;
	if (ferror(f->in))
		return errno ? -errno : -EIO;
	return got || must ? -ENODATA : 1;
}

static int make_room(struct ur_savefile *f, size_t n)
{
	uint8_t *at;

	if (n <= f->room)
		return 0;
	at = realloc(f->block, n);
	if (!at)
		return -ENOMEM;
	f->block = at;
	f->room = n;
	return 0;
}

FILE *ur_savefile_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !out)
		ur_closep(&fd);
	return out;
}

/* ---- options ---- */

bool ur_saved_option(const struct ur_saved *saved, size_t *at, struct ur_saved_option *ret)
{
	const uint8_t *option;

	if (saved->options_len < 4 || *at > saved->options_len - 4)
		return false;
	option = saved->options + *at;
	*ret = (struct ur_saved_option){ get16(option, saved->swap), get16(option + 2, saved->swap),
					 option + 4 };
	if (ret->code == UR_OPT_END || ret->len > saved->options_len - *at - 4)
		return false;
	*at += 4 + padded(ret->len);
	return true;
}

/* Is it a custom option with our number? */
static bool is_ours(const struct ur_saved *saved, const struct ur_saved_option *o)
{
	return o->code == UR_OPT_CUSTOM && o->len >= 4 &&
	       get32(o->value, saved->swap) == UR_PCAPNG_PEN;
}

/* What part of a record an option is: its text, and in *@first whether it starts one. */
static const char *record_part(const struct ur_saved *saved, const struct ur_saved_option *o,
			       bool *first, size_t *len)
{
	const char *text = (const char *)o->value + 4;

	if (!is_ours(saved, o))
		return NULL;
	for (int i = 0; i < 2; i++) {
		const char *prefix = i ? UR_RECORD_MORE : UR_RECORD_FIRST;
		const size_t n = strlen(prefix);

		if (o->len - 4 >= (int)n && !memcmp(text, prefix, n)) {
			*first = !i;
			*len = o->len - 4 - n;
			return text + n;
		}
	}
	return NULL;
}

bool ur_saved_is_answer(const struct ur_saved *saved)
{
	const size_t n = strlen(UR_RECORD_NONE);
	struct ur_saved_option o;

	for (size_t at = 0; ur_saved_option(saved, &at, &o);)
		if (is_ours(saved, &o) && o.len == 4 + n && !memcmp(o.value + 4, UR_RECORD_NONE, n))
			return true;
	return false;
}

char *ur_saved_record(const struct ur_saved *saved, size_t *len)
{
	char *record = calloc(1, saved->options_len + 1), *end = record;
	struct ur_saved_option option;
	bool any = false, first;

	for (size_t at = 0, n; record && ur_saved_option(saved, &at, &option);) {
		const char *part = record_part(saved, &option, &first, &n);

		if (!part || first == any) /* one record a packet */
			continue;
		any = true;
		end = mempcpy(end, part, n);
	}
	*len = (size_t)(end - record);
	if (any)
		return record;
	free(record);
	return NULL;
}

/* ---- pcapng ---- */

static uint64_t units_of(uint8_t resolution)
{
	uint64_t units = 1;

	if (resolution & 0x80)
		return (resolution & 0x7f) < 64 ? UINT64_C(1) << (resolution & 0x7f) : 0;
	for (; resolution; resolution--)
		if (__builtin_mul_overflow(units, 10, &units))
			return 0;
	return units;
}

static int add_interface(struct ur_savefile *f, const struct ur_saved *s)
{
	struct interface *grown, new = { .units = 1000000 };
	struct ur_saved options = *s;
	struct ur_saved_option o;

	if (s->block_len < INTERFACE_MIN || f->n == INTERFACES_MAX)
		return -EPROTO;
	options.options = s->block + 16;
	options.options_len = s->block_len - INTERFACE_MIN;
	new.linktype = get16(s->block + 8, f->swap);
	new.snaplen = get32(s->block + 12, f->swap);
	for (size_t at = 0; ur_saved_option(&options, &at, &o);) {
		if (o.code == UR_OPT_IF_TSRESOL && o.len == 1)
			new.units = units_of(*o.value);
		if (o.code == UR_OPT_IF_TSOFFSET && o.len == 8) {
			uint64_t low = get32(o.value, f->swap), high = get32(o.value + 4, f->swap);
			const bool big = f->swap == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

			new.offset = (int64_t)(big ? low << 32 | high : high << 32 | low);
		}
	}
	if (!new.units)
		return -EPROTO;
	grown = realloc(f->interfaces, (f->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	f->interfaces = grown;
	f->interfaces[f->n++] = new;
	return 0;
}

static uint64_t time_of(const struct interface *iface, uint64_t stamp)
{
	const uint64_t s = stamp / iface->units, rest = stamp % iface->units;

	return (s + (uint64_t)iface->offset) * NS_PER_S +
	       (uint64_t)((unsigned __int128)rest * NS_PER_S / iface->units);
}

/* A packet's data from byte @at of its block on, and behind it the options. */
static int take_packet(struct ur_savefile *f, struct ur_saved *s, size_t at)
{
	const size_t room = s->block_len - at - 4;

	if (s->interface >= f->n || s->len > room || padded(s->len) > room)
		return -EPROTO;
	s->linktype = f->interfaces[s->interface].linktype;
	s->data = s->block + at;
	s->options = s->data + padded(s->len);
	s->options_len = room - padded(s->len);
	s->packet = true;
	return 0;
}

static int stamped_packet(struct ur_savefile *f, struct ur_saved *s, bool old)
{
	const uint8_t *b = s->block;
	int r;

	if (s->block_len < PACKET_FIXED + 4)
		return -EPROTO;
	s->interface = old ? get16(b + 8, f->swap) : get32(b + 8, f->swap);
	s->len = get32(b + 20, f->swap);
	s->wire = get32(b + 24, f->swap);
	r = take_packet(f, s, PACKET_FIXED);
	if (!r)
		s->time = time_of(&f->interfaces[s->interface],
				  (uint64_t)get32(b + 12, f->swap) << 32 | get32(b + 16, f->swap));
	return r;
}

/* It has no time, and no length but that of its block, or of its interface's limit. */
static int simple_packet(struct ur_savefile *f, struct ur_saved *s)
{
	uint32_t room;

	if (s->block_len < SIMPLE_FIXED + 4 || !f->n)
		return -EPROTO;
	room = (uint32_t)s->block_len - SIMPLE_FIXED - 4;
	s->wire = get32(s->block + 8, f->swap);
	s->len = s->wire < room ? s->wire : room;
	if (f->interfaces[0].snaplen && s->len > f->interfaces[0].snaplen)
		s->len = f->interfaces[0].snaplen;
	return take_packet(f, s, SIMPLE_FIXED);
}

/* The head of a block is in f->block: read the rest. */
static int rest_of_block(struct ur_savefile *f, struct ur_saved *s)
{
	uint32_t len = get32(f->block + 4, f->swap);
	int r;

	if (len < BLOCK_MIN || len > BLOCK_MAX || len % 4)
		return -EPROTO;
	r = make_room(f, len) ?: read_bytes(f, f->block + BLOCK_HEAD, len - BLOCK_HEAD, true);
	if (r)
		return r;
	*s = (struct ur_saved){ .block = f->block, .block_len = len, .swap = f->swap };
	return get32(f->block + len - 4, f->swap) == len ? 0 : -EPROTO;
}

/* A section says itself of which byte order it is, behind its length. */
static int read_section(struct ur_savefile *f, struct ur_saved *s)
{
	int r = read_bytes(f, f->block + BLOCK_HEAD, 4, true);
	uint32_t len;

	if (r)
		return r;
	f->swap = get32(f->block + BLOCK_HEAD, false) != UR_PCAPNG_MAGIC;
	len = get32(f->block + 4, f->swap);
	if (get32(f->block + BLOCK_HEAD, f->swap) != UR_PCAPNG_MAGIC || len < SECTION_MIN ||
	    len > BLOCK_MAX || len % 4)
		return -EPROTO;
	r = make_room(f, len) ?:
				read_bytes(f, f->block + BLOCK_HEAD + 4, len - BLOCK_HEAD - 4, true);
	if (r)
		return r;
	*s = (struct ur_saved){ .block = f->block, .block_len = len, .swap = f->swap };
	f->n = 0;
	return get16(f->block + 12, f->swap) == 1 && get32(f->block + len - 4, f->swap) == len ?
		       0 :
		       -EPROTO;
}

static int next_block(struct ur_savefile *f, struct ur_saved *s)
{
	int r = f->first ? 0 : read_bytes(f, f->block, BLOCK_HEAD, false);

	f->first = false;
	if (r)
		return r < 0 ? r : 0;
	if (get32(f->block, false) == UR_PCAPNG_SECTION)
		return read_section(f, s) ?: 1;
	r = rest_of_block(f, s);
	if (r)
		return r;
	switch (get32(f->block, f->swap)) {
	case UR_PCAPNG_INTERFACE:
		r = add_interface(f, s);
		break;
	case UR_PCAPNG_PACKET:
	case UR_PCAPNG_OLDPACKET:
		r = stamped_packet(f, s, get32(f->block, f->swap) == UR_PCAPNG_OLDPACKET);
		break;
	case UR_PCAPNG_SIMPLE:
		r = simple_packet(f, s);
		break;
	}
	return r ?: 1;
}

/* ---- pcap ---- */

static int pcap_head(struct ur_savefile *f)
{
	int r = read_bytes(f, f->block + BLOCK_HEAD, PCAP_FILE_HEAD - BLOCK_HEAD, true);

	if (r)
		return r;
	f->interfaces = calloc(1, sizeof(*f->interfaces));
	if (!f->interfaces)
		return -ENOMEM;
	f->n = 1;
	f->interfaces->linktype = get32(f->block + 20, f->swap) & PCAP_LINK_MASK;
	return 0;
}

static int next_pcap(struct ur_savefile *f, struct ur_saved *s)
{
	uint8_t head[PCAP_PACKET];
	int r = read_bytes(f, head, sizeof(head), false);
	uint64_t part;

	if (r)
		return r < 0 ? r : 0;
	part = get32(head + 4, f->swap);
	*s = (struct ur_saved){
		.swap = f->swap,
		.packet = true,
		.linktype = f->interfaces->linktype,
		.time = get32(head, f->swap) * NS_PER_S + (f->nano ? part : part * 1000),
		.len = get32(head + 8, f->swap),
		.wire = get32(head + 12, f->swap),
	};
	if (s->len > BLOCK_MAX)
		return -EPROTO;
	r = make_room(f, s->len) ?: read_bytes(f, f->block, s->len, true);
	s->data = f->block;
	return r ?: 1;
}

/* ---- both ---- */

/* As gzip, xz, zstd and lz4 begin. */
static bool is_compressed(const uint8_t *head)
{
	static const struct {
		uint8_t n, magic[4];
	} known[] = { { 2, { 0x1f, 0x8b } },
		      { 4, { 0xfd, '7', 'z', 'X' } },
		      { 4, { 0x28, 0xb5, 0x2f, 0xfd } },
		      { 4, { 0x04, 0x22, 0x4d, 0x18 } } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(head, known[i].magic, known[i].n))
			return true;
	return false;
}

/* By its first 4 bytes, in either byte order. */
static int tell(struct ur_savefile *f)
{
	for (int swap = 0; swap < 2; swap++) {
		const uint32_t magic = get32(f->block, swap);

		f->swap = swap;
		f->nano = magic == PCAP_NANO;
		f->pcap = f->nano || magic == PCAP_MICRO;
		f->first = magic == UR_PCAPNG_SECTION;
		if (f->pcap || f->first)
			return 0;
	}
	return is_compressed(f->block) ? -EMEDIUMTYPE : -EPROTO;
}

int ur_savefile_open(FILE *in, struct ur_savefile **ret)
{
	ur_cleanup(ur_savefile_freep) struct ur_savefile *f = calloc(1, sizeof(*f));
	int r;

	if (!f)
		return -ENOMEM;
	f->in = in;
	r = make_room(f, PCAP_FILE_HEAD) ?: read_bytes(f, f->block, BLOCK_HEAD, true);
	r = r ?: tell(f);
	r = r ?: f->pcap ? pcap_head(f) : 0;
	if (!r)
		*ret = ur_take(f);
	return r;
}

void ur_savefile_free(struct ur_savefile *file)
{
	if (!file)
		return;
	free(file->interfaces);
	free(file->block);
	free(file);
}

bool ur_savefile_has_blocks(const struct ur_savefile *file)
{
	return !file->pcap;
}

uint16_t ur_savefile_linktype(const struct ur_savefile *f)
{
	return f->interfaces->linktype;
}

int ur_savefile_next(struct ur_savefile *file, struct ur_saved *ret)
{
	return file->pcap ? next_pcap(file, ret) : next_block(file, ret);
}
