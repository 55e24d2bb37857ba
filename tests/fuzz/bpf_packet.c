/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_packet.c - packets as the kernel side reads them: the same as the user side's parser has it,
 * and no early way out of an answer that the packet's headers don't ask for. */
#include <netinet/in.h>
#include "tests/fuzz/bpf/packet.h"
#include "tests/fuzz/fuzz.h"
#include "user/evidence.h"

#define RTCF_GROUPS 0x30000000 /* RTCF_BROADCAST | RTCF_MULTICAST */

/* Where the transport header is, and what it is of, when all of it is in the linear part. */
struct truth {
	struct ur_packet pkt;
	size_t at;
	bool plain; /* no extension header */
	bool whole; /* 14 bytes of the transport header, and nothing before it, lie in there */
};

static struct truth truth_of(const struct bpf_packet *p)
{
	struct truth t;

	t.at = ur_packet_parse(&t.pkt, p->linear, p->linear_len);
	t.plain = t.pkt.family == 4 || t.at == 40;
	t.whole = t.at && t.at + 14 <= p->linear_len;
	return t;
}

static void must_be_the_same_bytes(const struct bpf_packet *p)
{
	const unsigned int most = p->linear_len < UR_SNAP_MAX ? p->linear_len : UR_SNAP_MAX;

	must(p->snap_len == most);
	must(!memcmp(p->snap, p->linear, most));
	must(p->pkt_len == p->len);
}

static void must_be_the_same_flow(const struct bpf_packet *p, const struct truth *t)
{
	const size_t bytes = t->pkt.family == 4 ? 4 : 16;

	must(!memcmp(p->src, t->pkt.src, bytes) && !memcmp(p->dst, t->pkt.dst, bytes));
	must(!t->plain || p->proto == t->pkt.proto);
	must(!t->pkt.has_ports || (p->sport == t->pkt.sport && p->dport == t->pkt.dport));
}

static bool is_error(const struct bpf_packet *p, const struct truth *t)
{
	const uint8_t type = p->linear[t->at];

	if (t->pkt.family == 6)
		return t->pkt.proto == IPPROTO_ICMPV6 && type < 128;
	return t->pkt.proto == IPPROTO_ICMP &&
	       (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
}

static bool is_bad_source(const struct truth *t)
{
	static const uint8_t none[16];

	return t->pkt.family == 6 && (t->pkt.src[0] == 0xff || !memcmp(t->pkt.src, none, 16));
}

/* What is claimed is so; and where there is nothing in between, what is so is claimed. */
static void must_be_the_way_out(const struct bpf_packet *p, const struct truth *t)
{
	const bool group = p->pkt_type ||
			   (t->pkt.family == 4 ? p->rt_flags & RTCF_GROUPS : t->pkt.dst[0] == 0xff);

	switch (p->early) {
	case UR_EARLY_NONE:
		must(!group && !is_bad_source(t));
		must(t->pkt.family == 6 || (!p->unrouted && !t->pkt.fragment));
		must(!t->plain || !is_error(p, t));
		break;
	case UR_EARLY_NO_ROUTE:
		must(p->unrouted && t->pkt.family == 4);
		break;
	case UR_EARLY_BROADCAST:
		must(group);
		break;
	case UR_EARLY_FRAGMENT: /* only there does the function ask for that */
		must(t->pkt.family == 4 && t->pkt.fragment);
		break;
	case UR_EARLY_ICMP_ERROR:
		must(is_error(p, t));
		break;
	case UR_EARLY_SOURCE:
		must(is_bad_source(t));
		break;
	default:
		must(!"one of these");
	}
}

static void must_be_the_rejects_way_out(const struct bpf_packet *p, const struct truth *t)
{
	for (int i = 0; i < 4; i++) {
		const bool by_hand = i / 2, rst = i % 2;
		const uint8_t early = p->rejected[i];

		must(early == UR_EARLY_NONE || early == UR_EARLY_FRAGMENT ||
		     early == UR_EARLY_NO_ROUTE || (by_hand && early == UR_EARLY_ICMP_ERROR) ||
		     (rst && early == UR_EARLY_RST));
		must(early != UR_EARLY_FRAGMENT || t->pkt.fragment);
		must(early != UR_EARLY_ICMP_ERROR || is_error(p, t));
		must(early != UR_EARLY_NO_ROUTE || (p->unrouted && !by_hand));
		must(early != UR_EARLY_RST ||
		     (t->pkt.proto == IPPROTO_TCP && t->pkt.tcp_flags & 4));
		if (t->plain && rst && t->pkt.proto == IPPROTO_TCP && !t->pkt.fragment)
			must(!(t->pkt.tcp_flags & 4) == (early != UR_EARLY_RST));
	}
	must(!p->is_reset || t->pkt.fragment ||
	     (t->pkt.proto == IPPROTO_TCP && t->pkt.tcp_flags & 4));
	must(!t->pkt.fragment || !t->plain || p->is_fragment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bpf_packet p;
	struct fuzz f = { data, size };
	const uint8_t how = fuzz_u8(&f);
	struct truth t;

	p = (struct bpf_packet){ .pkt_type = how & 3,
				 .unrouted = how >> 2 & 1,
				 .rt_flags = how & 8 ? RTCF_GROUPS : 0,
				 .behind = how & 16 ? fuzz_u8(&f) : -1 };
	p.len = (unsigned int)f.left + (how >> 5) * 100;
	p.linear = fuzz_copy(f.at, f.left);
	p.linear_len = (unsigned int)f.left;
	t = truth_of(&p);
	p.family = t.pkt.family ?: how & 32 ? 6 : 4; /* as the function that was entered takes it */
	p.transport = (unsigned int)t.at;
	bpf_packet_read(&p);
	must_be_the_same_bytes(&p);
	if (t.whole) {
		must_be_the_same_flow(&p, &t);
		must_be_the_way_out(&p, &t);
		must_be_the_rejects_way_out(&p, &t);
	}
	free((void *)p.linear);
	return 0;
}
