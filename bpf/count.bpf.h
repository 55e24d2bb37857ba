/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* count.bpf.h - count each decision exactly, and tell which of them get a record.
 *
 * All are counted by their kind. What is like an earlier one in all that a few loads can tell
 * (kind, addresses, device, sockets that ended on the port, generation of the rules) gets no
 * record when there were many just now; that is told before anything of a record is built,
 * since to build it costs half as much as the refusal itself.
 *
 * How many are many: each flow may have ten records at once and then one a second, so that
 * the first ones, and those after a quiet time, come in full, and a change that no load here
 * shows is seen within a second. And each kind may have 64 at once and then 16 a second, for
 * senders can make up their addresses.
 */
#include "bpf/frame.bpf.h"
#include "bpf/history.bpf.h"
#include "bpf/packet.bpf.h"

#define UR_EPERM        1
#define UR_IPPROTO_DCCP 33
#define UR_IPPROTO_SCTP 132

#define UR_SECOND_NS   1000000000ULL
#define UR_FLOW_EVERY  UR_SECOND_NS
#define UR_FLOW_BURST  10
#define UR_KIND_EVERY  (UR_SECOND_NS / 16)
#define UR_KIND_BURST  64
#define UR_HASH_FACTOR 0x9e3779b97f4a7c15ULL

static __always_inline __u64 ur_hash_step(__u64 sum, __u64 word)
{
	sum = (sum ^ word) * UR_HASH_FACTOR;
	return sum ^ sum >> 29;
}

static __always_inline __u64 ur_kind_hash(const struct ur_kind_key *key)
{
	const __u64 *words = (const void *)key;
	__u64 sum = UR_DIGEST_SEED;

	for (__u32 i = 0; i < sizeof(*key) / 8; i++)
		sum = ur_hash_step(sum, words[i]);
	return sum > UR_KIND_LEAVING ? sum : sum + UR_KIND_LEAVING + 1;
}

static __always_inline bool ur_same_kind(const struct ur_kind_key *a, const struct ur_kind_key *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;
	__u64 differ = 0;

	for (__u32 i = 0; i < sizeof(*a) / 8; i++)
		differ |= x[i] ^ y[i];
	return !differ;
}

/* Take one of those that are paid for: @burst at once, and one more @every so many ns. */
static __always_inline bool ur_pay(__u64 *next, __u64 now, __u64 every, __u64 burst)
{
	__u64 t = *next > now ? *next : now;

	if (t - now > (burst - 1) * every)
		return false;
	*next = t + every;
	return true;
}

static __always_inline struct ur_kind_set *ur_kind_set_at(__u32 index)
{
	return bpf_map_lookup_elem(&kinds, &index);
}

/* The place of @key in @set, taken for it if need be; UR_KIND_WAYS: there is none. Two that
 * would take a place at one moment both do without. */
static __always_inline __u32 ur_kind_place(struct ur_kind_set *set, const struct ur_kind_key *key,
					   __u64 id)
{
	__u32 place = UR_KIND_WAYS;

	for (__u32 i = 0; i < UR_KIND_WAYS; i++)
		if (set->id[i] == id && ur_same_kind(&set->kind[i].key, key))
			return i;
	__sync_fetch_and_add(&set->busy, 1);
	if (*(volatile __u64 *)&set->busy == 1) {
		for (__u32 i = 0; i < UR_KIND_WAYS; i++) {
			if (set->id[i] == id && ur_same_kind(&set->kind[i].key, key)) {
				place = i; /* somebody else has added it just now */
				break;
			}
			if (set->id[i] != UR_KIND_FREE)
				continue;
			set->kind[i].key = *key;
			*(volatile __u64 *)&set->id[i] = id;
			place = i;
			break;
		}
	}
	__sync_fetch_and_add(&set->busy, -1);
	return place;
}

static __always_inline struct ur_kind *ur_kind_at(__u32 number)
{
	struct ur_kind_set *set = ur_kind_set_at(number / UR_KIND_WAYS);
	__u32 place = number % UR_KIND_WAYS;

	asm volatile("%0 &= %1" : "+r"(place) : "i"(UR_KIND_WAYS - 1));
	return set ? &set->kind[place] : NULL;
}

/* Where @key is counted. */
static __always_inline __u32 ur_kind_number(const struct ur_kind_key *key)
{
	__u64 id = ur_kind_hash(key);
	__u32 index = id >> 32 & (UR_KIND_SETS - 1), place;
	struct ur_kind_set *set = ur_kind_set_at(index);

	place = set ? ur_kind_place(set, key, id) : UR_KIND_WAYS;
	if (place < UR_KIND_WAYS)
		return index * UR_KIND_WAYS + place;
	return UR_KIND_SETS * UR_KIND_WAYS + (key->origin & (UR_KIND_WAYS - 1));
}

static __always_inline bool ur_kind_is_overflow(__u32 number)
{
	return number >= UR_KIND_SETS * UR_KIND_WAYS;
}

/* How often a socket ended on the port; others share the sets, and that does no harm. */
static __always_inline __u32 ur_history_stamp(__u32 inum, __u16 port)
{
	const struct ur_history_set *bound = ur_history_at(ur_history_index(inum, port, true));
	const struct ur_history_set *client = ur_history_at(ur_history_index(inum, port, false));

	return (bound ? bound->version : 0) + (client ? client->version : 0);
}

static __always_inline struct ur_flow_cell *ur_flow_at(__u64 id)
{
	__u32 slot = id >> 32 & (UR_FLOWS_MAX - 1);

	return bpf_map_lookup_elem(&flows, &slot);
}

/* The flow of @id, of kind @number, takes the place of another. */
static __always_inline void ur_flow_begin(struct ur_flow_cell *cell, __u64 id, __u32 number,
					  __u64 now)
{
	cell->id = id;
	cell->next_ns = now + UR_FLOW_EVERY;
	cell->kind = number;
	cell->open = 0;
	for (__u32 i = 0; i < UR_OUT_MAX; i++)
		cell->coalesced[i] = 0;
}

/* May a kind have one more record? Those without a place are too different to be one. */
static __always_inline bool ur_kind_pays(__u32 number, __u64 now)
{
	struct ur_kind *kind = ur_kind_at(number);

	return !kind || ur_kind_is_overflow(number) ||
	       ur_pay(&kind->next_ns, now, UR_KIND_EVERY, UR_KIND_BURST);
}

static __always_inline bool ur_has_ports(__u8 proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_TCP || proto == UR_IPPROTO_UDPLITE ||
	       proto == UR_IPPROTO_SCTP || proto == UR_IPPROTO_DCCP;
}

/* A hash of the addresses, with a secret seed, so that nobody can make up flows that pass for
 * one; protocol and port go into @key. The header and, where it has no
 * options or extensions, the ports come with one read. */
static __always_inline __u64 ur_count_packet4(struct ur_kind_key *key, __u64 l3)
{
	__u64 w[3] = {};
	const __u8 *b = (const void *)w;
	__u16 port, options;

	ur_read(w, sizeof(w), (const void *)l3);
	key->proto = b[9];
	port = *(const __u16 *)(b + 22);
	asm volatile("" : "+r"(port)); /* or one load is made of two from different memories */
	options = 4 * (b[0] & 15) - 20;
	if (options)
		port = ur_peek(__u16, l3 + 22 + options);
	if (ur_has_ports(key->proto) && !(*(const __u16 *)(b + 6) & bpf_htons(0x1fff)))
		key->dport = bpf_ntohs(port);
	return ur_hash_step(ur_seed, w[1] >> 32 | w[2] << 32);
}

static __always_inline __u64 ur_count_packet6(struct ur_kind_key *key, __u64 l3, __u64 l4)
{
	__u64 w[6] = {}, sum = ur_seed;
	const __u8 *b = (const void *)w;
	__u16 port;

	ur_read(w, sizeof(w), (const void *)l3);
	key->proto = b[6];
	port = *(const __u16 *)(b + 42);
	asm volatile("" : "+r"(port));
	if (key->origin == UR_ORIGIN_UDP_MISS && !ur_has_ports(key->proto)) {
		key->proto = IPPROTO_UDP;
		port = ur_peek(__u16, l4 + 2);
	}
	if (ur_has_ports(key->proto))
		key->dport = bpf_ntohs(port);
	for (int i = 1; i < 5; i++)
		sum = ur_hash_step(sum, w[i]);
	return sum;
}

static __always_inline __u64 ur_count_packet(struct ur_kind_key *key, const struct sk_buff *skb)
{
	__u64 head = (__u64)BPF_CORE_READ(skb, head);
	__u64 l3 = head + BPF_CORE_READ(skb, network_header);

	if (key->family == 4)
		return ur_count_packet4(key, l3);
	return ur_count_packet6(key, l3, head + BPF_CORE_READ(skb, transport_header));
}

/* Find out where the decision is counted that @f stands for, about @skb in @net, and note it
 * there. @key has all but the namespace, for @rule and @generation see there; @id is a hash of the
 * addresses, see ur_count_packet(), and @missed the origin for which it matters what ended on the
 * port. Returns 1 when it gets a record, 0 when it is enough to count it. */
static __always_inline int ur_count_key(struct ur_frame *f, const struct net *net,
					struct ur_kind_key *key, __u64 id, __u32 what, __u64 rule,
					__u32 generation, const struct sk_buff *skb,
					const __u8 missed)
{
	struct ur_flow_cell *cell;
	__u32 stamp = generation;
	bool known, pays;

	key->netns_inum = BPF_CORE_READ(net, ns.inum);
	key->netns_cookie = ur_netns_cookie(net);
	id = ur_hash_step(id, key->netns_cookie ^ (__u64)key->netns_inum << 32);
	id = ur_hash_step(id, rule + ur_nets_ended);
	id = ur_hash_step(id, (__u64)generation << 32 | what);
	id = ur_hash_step(id, (__u64)BPF_CORE_READ(skb, skb_iif) << 32 | (__u64)key->dport << 16 |
				      key->proto << 8 | key->origin);
	if (key->origin == missed)
		stamp = ur_history_stamp(key->netns_inum, key->dport);
	cell = ur_flow_at(id);
	if (!cell)
		return 1;
	known = cell->id == id;
	f->counted = (known ? cell->kind : ur_kind_number(key)) + 1;
	f->flow = id;
	pays = !known || cell->stamp != stamp ||
	       ur_pay(&cell->next_ns, f->ts_ns, UR_FLOW_EVERY, UR_FLOW_BURST);
	if (!ur_want_all && !(pays && ur_kind_pays(f->counted - 1, f->ts_ns)))
		return 0;
	cell->stamp = stamp;
	if (!known)
		ur_flow_begin(cell, id, f->counted - 1, f->ts_ns);
	return 1;
}

/* The same of a frame about a packet. @what: ur_count_what(). */
static __always_inline int ur_count_frame(struct ur_frame *f, const struct net *net, __u32 what,
					  __u64 rule, __u32 generation)
{
	const struct sk_buff *skb = (const void *)f->skb;
	struct ur_kind_key key = { .rule = rule,
				   .generation = generation,
				   .origin = f->origin,
				   .answer = what,
				   .family = what >> 8,
				   .type = what >> 16,
				   .code = what >> 24 };
	__u64 id = ur_count_packet(&key, skb);

	return ur_count_key(f, net, &key, id, what, rule, generation, skb, UR_ORIGIN_UDP_MISS);
}

/* The same for the innermost frame, verified once. */
UR_GLOBAL int ur_count_begin(__u64 net, __u32 what, __u64 rule, __u32 generation)
{
	struct ur_frame *f = ur_frame_below(0);

	return f ? ur_count_frame(f, (const struct net *)net, what, rule, generation) : 1;
}

static __always_inline __u32 ur_count_what(__u8 answer, __u8 family, __u8 type, __u8 code)
{
	return answer | family << 8 | type << 16 | (__u32)code << 24;
}

/* UR_OUT_*: what has become of the answer. */
static __always_inline __u32 ur_outcome_of(const struct ur_frame *f)
{
	if (f->window & (UR_WIN_RST_BUILT | UR_WIN_HAND_BUILT))
		return UR_OUT_SENT;
	if (f->window & UR_WIN_PUSHED) {
		if (f->push_ret >= 0)
			return UR_OUT_SENT;
		return f->push_ret == -UR_EPERM ? UR_OUT_RULE : UR_OUT_OUTPUT;
	}
	if (f->window & UR_WIN_GLOBAL_DENY)
		return UR_OUT_GLOBAL;
	return f->window & UR_WIN_PEER_DENY ? UR_OUT_PEER : UR_OUT_EARLY;
}

static __always_inline void ur_count_alike(const struct ur_frame *f, struct ur_kind *kind,
					   __u32 outcome)
{
	struct ur_flow_cell *cell = ur_flow_at(f->flow);

	__sync_fetch_and_add(&kind->coalesced[outcome], 1);
	if (!cell || cell->id != f->flow)
		return;
	if (!cell->open) {
		cell->first_ns = f->ts_ns;
		cell->open = 1;
	}
	cell->last_ns = f->ts_ns;
	__sync_fetch_and_add(&cell->coalesced[outcome], 1);
}

/* A decision by @origin is over that is counted by nothing else. */
static __always_inline void ur_count_plain(__u8 origin)
{
	__u32 place = origin & (UR_KIND_WAYS - 1);
	struct ur_kind *kind = ur_kind_at(UR_KIND_SETS * UR_KIND_WAYS + place);

	ur_count(UR_STAT_DECIDED);
	if (kind)
		__sync_fetch_and_add(&kind->count[UR_OUT_UNSEEN], 1);
}

/* One is over of which nothing is known, for it found no room when it began. */
static __always_inline void ur_count_unseen(__u8 origin)
{
	ur_count_plain(origin);
	ur_count(UR_STAT_RING_FULL);
}

/* The decision that @f stands for came to @outcome: count it as kind @number. @alike: it gets no
 * record. */
static __always_inline void ur_count_outcome(const struct ur_frame *f, __u32 number, __u32 outcome,
					     bool alike)
{
	struct ur_kind *kind = ur_kind_at(number);

	ur_count(alike ? UR_STAT_COALESCED : UR_STAT_DECIDED);
	if (!kind)
		return;
	kind->last_ns = f->ts_ns;
	if (!kind->first_ns)
		kind->first_ns = f->ts_ns;
	asm volatile("" : "+r"(outcome));
	if (outcome >= UR_OUT_MAX)
		return;
	__sync_fetch_and_add(&kind->count[outcome], 1);
	if (alike)
		ur_count_alike(f, kind, outcome);
}

/* The decision that @f stands for is over: count it, once. */
static __always_inline void ur_count_end(const struct ur_frame *f, bool alike)
{
	__u32 number = f->counted ? f->counted - 1 : UR_KIND_SETS * UR_KIND_WAYS;

	ur_count_outcome(f, number, ur_outcome_of(f), alike);
}

/* The same where the filter does not match: nothing is told of it but that it was. */
static __always_inline void ur_count_other(const struct ur_frame *f)
{
	ur_count(UR_STAT_PASSED_OVER);
	ur_count_end(f, false);
}
