/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* receipt.h - errors that came, for unit tests, as the kernel side would write them. */
#include "tests/unit/sample.h"
#include "user/verdict/received.h"

/* IPv4, or IPv6, and the first 8 bytes behind it. */
static inline uint8_t sample_quote(uint8_t *snap, uint8_t proto, const char *src, uint16_t sport,
				   const char *dst, uint16_t dport)
{
	const bool v6 = strchr(src, ':');
	uint8_t addr[16], *l4 = snap + (v6 ? 40 : 20);

	memset(snap, 0, 48);
	snap[0] = v6 ? 0x60 : 0x45;
	snap[v6 ? 5 : 3] = v6 ? 13 : 33;
	snap[v6 ? 7 : 8] = 63;
	snap[v6 ? 6 : 9] = proto;
	sample_addr(addr, src);
	memcpy(snap + (v6 ? 8 : 12), addr, v6 ? 16 : 4);
	sample_addr(addr, dst);
	memcpy(snap + (v6 ? 24 : 16), addr, v6 ? 16 : 4);
	l4[0] = sport >> 8;
	l4[1] = sport & 255;
	l4[2] = dport >> 8;
	l4[3] = dport & 255;
	return v6 ? 48 : 28;
}

/* @from says that @dst could not be reached for what @src sent; nothing is known of who was
 * told. */
static inline void sample_received(struct ur_received *rec, const char *from, uint8_t proto,
				   const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	const bool v6 = strchr(src, ':');

	*rec = (struct ur_received){ .version = UR_EVENT_VERSION,
				     .len = sizeof(*rec),
				     .answer = UR_ANSWER_RECEIVED,
				     .family = v6 ? 6 : 4,
				     .type = v6 ? 1 : 3,
				     .code = v6 ? 4 : 3,
				     .ttl = 64,
				     .tos = v6 ? 0 : 0xc0,
				     .netns_inum = 4026531840,
				     .iif = 2,
				     .ts_ns = SAMPLE_NS };
	SAMPLE_COPY(rec->iifname, "eth0");
	sample_addr(rec->from, from);
	sample_addr(rec->to, src);
	rec->snap_len = sample_quote(rec->snap, proto, src, sport, dst, dport);
}

/* ...as it looks once it is completed. */
static inline void sample_receipt(struct ur_receipt *r, const char *from, uint8_t proto,
				  const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	struct ur_received rec;

	sample_received(&rec, from, proto, src, sport, dst, dport);
	if (ur_receipt_from_record(r, &rec, sizeof(rec)))
		abort();
	r->seq = 18;
	r->time = (struct timespec){ SAMPLE_TIME, 123456789 };
	r->netns.looked = UR_FOUND;
	SAMPLE_COPY(r->netns.name, "host");
	r->from_here = UR_FOUND_NONE;
}

/* @comm, process 812, was told. */
static inline void sample_told(struct ur_receipt *r, const char *comm)
{
	int i = r->rec.ntold++;

	r->rec.told[i] = (struct ur_sock){ .proto = r->packet.proto, .uid = 33 };
	if (comm)
		sample_owner(&r->told[i], comm, 812);
	else
		r->told[i].looked = UR_FOUND_NONE;
}
