/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/packet/linklayer.h"

/* https://www.tcpdump.org/linktypes.html */
#define LINKTYPE_NULL       0
#define LINKTYPE_ETHERNET   1
#define LINKTYPE_RAW_BSD    12
#define LINKTYPE_RAW_OBSD   14
#define LINKTYPE_RAW        101
#define LINKTYPE_LOOP       108
#define LINKTYPE_LINUX_SLL  113
#define LINKTYPE_IPV4       228
#define LINKTYPE_IPV6       229
#define LINKTYPE_LINUX_SLL2 276

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88a8
#define VLANS_MAX 3

/* How long the header is, and where in it the next one's type: -1, nowhere. */
static const struct row {
	uint16_t linktype;
	uint8_t length;
	int8_t type;
} rows[] = {
	{ LINKTYPE_NULL, 4, -1 },       { LINKTYPE_ETHERNET, 14, 12 }, { LINKTYPE_RAW_BSD, 0, -1 },
	{ LINKTYPE_RAW_OBSD, 0, -1 },   { LINKTYPE_RAW, 0, -1 },       { LINKTYPE_LOOP, 4, -1 },
	{ LINKTYPE_LINUX_SLL, 16, 14 }, { LINKTYPE_IPV4, 0, -1 },      { LINKTYPE_IPV6, 0, -1 },
	{ LINKTYPE_LINUX_SLL2, 20, 0 },
};

static const struct row *find(uint16_t linktype)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].linktype == linktype)
			return &rows[i];
	return NULL;
}

bool ur_linklayer_known(uint16_t linktype)
{
	return find(linktype);
}

static uint16_t be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

size_t ur_linklayer_length(uint16_t linktype, const uint8_t *frame, size_t len)
{
	const struct row *row = find(linktype);
	size_t at = row ? row->length : 0;
	uint16_t type;

	if (!row || at >= len)
		return len;
	if (row->type < 0)
		return at;
	type = be16(frame + row->type);
	for (int i = 0; i < VLANS_MAX && (type == TYPE_VLAN || type == TYPE_QINQ); i++) {
		if (at + 4 >= len)
			return len;
		type = be16(frame + at + 2);
		at += 4;
	}
	return type == TYPE_IPV4 || type == TYPE_IPV6 ? at : len;
}
