/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* history.bpf.h - the UDP sockets that ended lately, by port.
 *
 * An array of small sets; namespace and port choose the set, and a socket that ends takes
 * the place of one with its addresses, else each of the places in turn. Ports that the kernel chose have
 * sets of their own, so that busy clients can't push out what servers left. Each set knows
 * when the youngest one that had to go had ended: about what came later it is complete.
 *
 * A hash map with eviction would cost a close three times as much.
 */
#include "bpf/match.bpf.h"

static __always_inline __u32 ur_history_index(__u32 inum, __u32 port, bool bound)
{
	__u64 mixed = ((__u64)inum << 16 | port) * 0x9e3779b97f4a7c15ULL;
	__u32 index = (mixed >> 40) & (UR_HISTORY_SETS - 1);

	return bound ? index : index + UR_HISTORY_SETS;
}

/* What a packet's flow and a socket must have in common. */
static __always_inline __u64 ur_history_key(__u32 inum, __u8 proto, __u16 port)
{
	return (__u64)inum << 32 | proto << 16 | port;
}

static __always_inline struct ur_history_set *ur_history_at(__u32 index)
{
	return bpf_map_lookup_elem(&history, &index);
}

static __always_inline struct ur_cgroup *ur_cgroup_at(__u64 id)
{
	__u32 slot = id % UR_CGROUPS_MAX;

	return bpf_map_lookup_elem(&cgroups, &slot);
}

/* When a namespace of number @inum ended last, where only that tells it apart; else 0. */
static __always_inline __u64 ur_net_ended(__u32 inum)
{
	const __u64 *ended;

	if (!ur_cookies_are_lazy())
		return 0;
	ended = bpf_map_lookup_elem(&ended_nets, &inum);
	return ended ? *ended : 0;
}

/* Can namespaces of one number, with these cookies, be one? 0: it had none yet. */
static __always_inline bool ur_same_netns(__u64 a, __u64 b)
{
	return !a || !b || a == b;
}

/* Does way @i of @set remember a socket of the packet's port in its namespace? */
static __always_inline bool ur_history_fits(const struct ur_history_set *set, __u32 i,
					    const struct ur_scratch *w, __u64 since)
{
	const struct ur_closed *c = &set->way[i].closed;

	return set->key[i] == ur_history_key(w->e.netns_inum, w->flow.proto, w->flow.dport) &&
	       c->ts_ns > since && ur_same_netns(set->way[i].cookie, w->e.netns_cookie);
}

/* Copy way @i of set @index to the record: those that would have taken the packet in the
 * first @pass, the others in the second. */
UR_GLOBAL int ur_history_copy(__u64 key, __u32 index, __u32 i, __u32 pass)
{
	struct ur_history_set *set = ur_history_at(index);
	struct ur_scratch *w = ur_work_at(key);
	const struct ur_cgroup *group;
	struct ur_closed *c;
	__u64 n;
	__u8 mismatch;

	if (!w || !set || i >= UR_HISTORY_WAYS)
		return 0;
	mismatch = ur_mismatch(&w->flow, &set->way[i].closed.sk);
	if ((mismatch == UR_MM_NONE) != (pass == 0))
		return 0;
	n = w->e.nclosed;
	if (n >= UR_CLOSED_MAX) {
		w->e.flags |= UR_EV_CLOSED_MORE;
		return 0;
	}
	c = &w->e.closed[n];
	*c = set->way[i].closed;
	c->sk.mismatch = mismatch;
	group = ur_cgroup_at(c->cgroup_id);
	if (group && c->cgroup_id && group->id == c->cgroup_id)
		__builtin_memcpy(c->cgroup, group->name, sizeof(c->cgroup));
	w->e.nclosed = n + 1;
	return 0;
}

/* One set's answer. A writer at work makes it worthless: nothing is known then. */
UR_GLOBAL int ur_history_look(__u64 key, __u32 index, __u32 pass)
{
	struct ur_history_set *set = ur_history_at(index);
	struct ur_scratch *w = ur_work_at(key);
	__u64 ended;
	__u32 version;

	if (!w || !set)
		return 0;
	ended = ur_net_ended(w->e.netns_inum);
	version = *(volatile __u32 *)&set->version;
	for (__u32 i = 0; i < UR_HISTORY_WAYS; i++)
		if (ur_history_fits(set, i, w, ended))
			ur_history_copy(key, index, i, pass);
	if (set->evicted_ns > w->e.history_ns)
		w->e.history_ns = set->evicted_ns;
	if (version & 1 || version != *(volatile __u32 *)&set->version)
		w->e.history_ns = w->e.ts_ns;
	return 0;
}

/* What is remembered of the packet's port. */
UR_GLOBAL int ur_history_find(__u64 key)
{
	struct ur_scratch *w = ur_work_at(key);
	__u32 bound, client;
	__u64 start;

	if (!w)
		return 0;
	start = w->flow.proto == IPPROTO_TCP ? ur_listeners_start : ur_history_start;
	if (!start)
		return 0;
	w->e.flags |= UR_EV_HISTORY;
	w->e.history_ns = start;
	bound = ur_history_index(w->e.netns_inum, w->flow.dport, true);
	client = ur_history_index(w->e.netns_inum, w->flow.dport, false);
	ur_history_look(key, bound, 0);
	ur_history_look(key, client, 0);
	ur_history_look(key, bound, 1);
	ur_history_look(key, client, 1);
	return 0;
}
