// SPDX-License-Identifier: GPL-2.0-only
/* enrich.c - which look-ups an event needs, and what each of them gets to know. */
#include "user/enrich.h"
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/base/addr.h"
#include "user/enrich/address.h"
#include "user/enrich/back.h"
#include "user/enrich/devices.h"
#include "user/enrich/ended.h"
#include "user/enrich/limits.h"
#include "user/enrich/nat.h"
#include "user/enrich/netns.h"
#include "user/enrich/nft.h"
#include "user/enrich/process.h"
#include "user/enrich/readers.h"
#include "user/enrich/route.h"
#include "user/enrich/sockets.h"
#include "user/enrich/symbols.h"
#include "user/enrich/taken.h"
#include "user/enrich/tc.h"
#include "user/enrich/xt.h"
#include "user/host/netns_stay.h"

/* One question for each socket on the port, each listener, each reader, the sender, the one
 * elsewhere, and the one that took a closed one's place. */
#define QUERIES_MAX (UR_SOCKS_MAX + 2 * UR_LISTENERS_MAX + UR_READERS_MAX + 3)
#define CGROUPS     "/sys/fs/cgroup"
#define REST_FACTOR 4 /* a look that took 1 ms is followed by 4 ms without one */

struct ur_enrich {
	struct ur_netns_names *netns;
	struct ur_netns_names *ahead; /* of the thread that reads ahead */
	struct ur_process *process;
	struct ur_sockets *sockets;
	struct ur_nft *nft;
	struct ur_xt *xt;
	struct ur_nat_check *nat;
	struct ur_back_check *back;
	struct ur_symbolizer *symbols;
	struct ur_route_finder *routes;
	uint64_t taken_rest; /* no look for ports taken again before, ns of CLOCK_MONOTONIC */
};

struct queries {
	size_t n;
	struct ur_process_query one[QUERIES_MAX];
};

int ur_enrich_new(const volatile uint64_t *route_changes, struct ur_enrich **ret)
{
	ur_cleanup(ur_enrich_freep) struct ur_enrich *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return -ENOMEM;
	r = ur_netns_names_new(&e->netns);
	if (!r)
		r = ur_netns_names_new(&e->ahead);
	if (!r)
		r = ur_process_new(&e->process);
	if (!r)
		r = ur_sockets_new(&e->sockets);
	if (!r)
		r = ur_nft_new(&e->nft);
	if (!r)
		r = ur_xt_new(&e->xt);
	if (!r)
		r = ur_nat_check_new(&e->nat);
	if (!r)
		r = ur_back_check_new(&e->back);
	if (!r)
		r = ur_symbolizer_new(&e->symbols);
	if (!r)
		r = ur_route_finder_new(route_changes, &e->routes);
	if (r)
		return r;
	*ret = ur_take(e);
	return 0;
}

void ur_enrich_free(struct ur_enrich *e)
{
	if (!e)
		return;
	ur_route_finder_free(e->routes);
	ur_symbolizer_free(e->symbols);
	ur_back_check_free(e->back);
	ur_nat_check_free(e->nat);
	ur_xt_free(e->xt);
	ur_nft_free(e->nft);
	ur_sockets_free(e->sockets);
	ur_process_free(e->process);
	ur_netns_names_free(e->ahead);
	ur_netns_names_free(e->netns);
	free(e);
}

static bool is_rule(const struct ur_event *ev)
{
	return ev->origin == UR_ORIGIN_NFT || ev->origin == UR_ORIGIN_XT_NFT ||
	       ev->origin == UR_ORIGIN_XT;
}

static struct ur_nft_where where_of(const struct ur_evidence *ev, const struct ur_netns_stay *stay)
{
	return (struct ur_nft_where){
		.netns = ev->ev.netns_inum,
		.cookie = stay->there ? ur_netns_cookie_here() : ev->ev.netns_cookie,
		.outside = stay->there ? NULL : stay->outside,
	};
}

static void find_dropper(struct ur_enrich *e, struct ur_evidence *ev,
			 const struct ur_netns_stay *stay)
{
	const struct ur_nft_where where = where_of(ev, stay);

	if (stay->there && ev->ev.push_ret == -ENOBUFS) {
		ur_tc_dropper(ev);
	} else if (stay->there) {
		ur_nft_dropper(e->nft, &where, ev);
		ur_xt_dropper(e->xt, where.cookie, ev);
	} else {
		ev->dropper.looked = UR_COULD_NOT;
		strcpy(ev->dropper.reason, stay->outside);
	}
}

static void find_rule(struct ur_enrich *e, struct ur_evidence *ev, const struct ur_netns_stay *stay)
{
	const struct ur_nft_where where = where_of(ev, stay);

	if (ev->ev.origin != UR_ORIGIN_XT) {
		ur_nft_rule(e->nft, &where, ev);
	} else if (stay->there) {
		ur_xt_rule(e->xt, where.cookie, ev);
	} else {
		ev->rule.looked = UR_COULD_NOT;
		strcpy(ev->rule.reason, stay->outside);
	}
}

static bool is_miss(const struct ur_event *ev)
{
	return ev->origin == UR_ORIGIN_UDP_MISS || ev->origin == UR_ORIGIN_TCP_MISS;
}

/* A listener matters where the packet was meant for this host's sockets. */
static bool wants_listeners(const struct ur_evidence *ev)
{
	if (!ev->packet.has_ports || ev->packet.fragment)
		return false;
	return ev->ev.origin == UR_ORIGIN_UDP_MISS ||
	       (is_rule(&ev->ev) && ev->packet.proto == IPPROTO_TCP && ev->ev.iif);
}

static void find_listeners(struct ur_enrich *e, struct ur_evidence *ev,
			   const struct ur_netns_stay *stay)
{
	if (stay->there) {
		ur_sockets_listeners(ev->packet.dport, &ev->tcp);
		ur_sockets_known(e->sockets, &ev->ev, &ev->tcp);
		return;
	}
	ev->tcp.looked = UR_COULD_NOT;
	strcpy(ev->tcp.reason, stay->outside);
}

/* Nobody has the port, says the kernel side: who might seem to. */
static bool wants_others(const struct ur_evidence *ev)
{
	return is_miss(&ev->ev) && ev->packet.has_ports && !ev->packet.fragment &&
	       (ev->ev.flags & UR_EV_SOCKS) && !ev->ev.nsocks;
}

static void find_others(struct ur_enrich *e, struct ur_evidence *ev,
			const struct ur_netns_stay *stay)
{
	if (stay->there) {
		ur_sockets_sibling(ev->packet.proto, ev->packet.dport, &ev->sibling);
		ur_sockets_known(e->sockets, &ev->ev, &ev->sibling);
		ur_readers_find(&ev->packet, ev->ev.iif, &ev->readers);
		return;
	}
	ev->sibling.looked = ev->readers.looked = UR_COULD_NOT;
	strcpy(ev->sibling.reason, stay->outside);
	strcpy(ev->readers.reason, stay->outside);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* A fitting socket of a service was closed before: perhaps its port is taken again by now. */
static bool wants_taken(const struct ur_evidence *ev)
{
	bool fitted = false;

	for (unsigned i = 0; i < ev->ev.nclosed; i++)
		fitted |= ev->ev.closed[i].sk.mismatch == UR_MM_NONE &&
			  ev->ev.closed[i].flags & UR_CL_BOUND;
	return fitted && is_miss(&ev->ev) && ev->packet.has_ports &&
	       !(ev->ev.flags & UR_EV_SOCKS_PARTIAL);
}

/* Every packet of a flood asks for this, and the list is long on hosts with many sockets. */
static uint64_t find_taken(struct ur_enrich *e, const struct ur_packet *pkt,
			   struct ur_taken_open open, struct ur_taken *ret)
{
	uint64_t inode = 0, start = now_ns(), end;

	if (start < e->taken_rest) {
		ret->looked = UR_COULD_NOT;
		return 0;
	}
	ur_taken_find(pkt, open, ret, &inode);
	end = now_ns();
	e->taken_rest = end + REST_FACTOR * (end - start);
	return inode;
}

static uint64_t find_event_taken(struct ur_enrich *e, struct ur_evidence *ev)
{
	uint64_t open[UR_SOCKS_MAX];

	for (unsigned i = 0; i < ev->ev.nsocks; i++)
		open[i] = ev->ev.socks[i].inode;
	return find_taken(e, &ev->packet, (struct ur_taken_open){ ev->ev.nsocks, open },
			  &ev->taken);
}

/* What routes and policy rules refused. */
static void find_route(struct ur_enrich *e, struct ur_evidence *ev,
		       const struct ur_netns_stay *stay)
{
	if (stay->there) {
		ur_route_find(e->routes, ur_netns_cookie_here(), ev);
		return;
	}
	ev->refuser.looked = UR_COULD_NOT;
	strcpy(ev->refuser.reason, stay->outside);
}

/* What must be looked up inside the event's namespace. */
static void look_inside(struct ur_enrich *e, struct ur_evidence *ev, uint64_t *taken)
{
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;

	if (!is_rule(&ev->ev) && !is_miss(&ev->ev) && ev->ev.origin != UR_ORIGIN_TCP_SOCK &&
	    !ur_route_wants(ev) && !ur_limits_wants(ev) && !ur_dropper_wants(&ev->ev))
		return;
	ur_netns_stay_begin(e->netns, ev->ev.netns_inum, &stay);
	ur_netns_stay_check(&stay, ev->ev.netns_cookie);
	if (is_rule(&ev->ev))
		find_rule(e, ev, &stay);
	if (ur_route_wants(ev))
		find_route(e, ev, &stay);
	if (wants_listeners(ev))
		find_listeners(e, ev, &stay);
	if (wants_others(ev))
		find_others(e, ev, &stay);
	if (ur_dropper_wants(&ev->ev))
		find_dropper(e, ev, &stay);
	ur_limits_find(ev, stay.there ? NULL : stay.outside);
	if (wants_taken(ev) && stay.there)
		*taken = find_event_taken(e, ev);
	if (stay.there) {
		ur_devices_name(ev);
		ur_addresses_find(ev);
		if (ur_back_wants(ev))
			ur_back_find(e->back, now_ns(), ev);
	}
}

/* In the namespace whose conntrack knows the flow. */
static void look_at_nat(struct ur_enrich *e, struct ur_evidence *ev)
{
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;

	ev->nat_now.looked = UR_FOUND_NONE;
	if (!ur_nat_check_wants(ev))
		return;
	ur_netns_stay_begin(e->netns, ev->nat_from.netns.inum, &stay);
	if (ev->nat_from.netns.inum == ev->ev.netns_inum)
		ur_netns_stay_check(&stay, ev->ev.netns_cookie);
	if (stay.there) {
		const struct ur_nat_here here = {
			.cookie = ur_netns_cookie_here(),
			.src = ur_address_here(ev->ev.family, ev->ev.nat.src),
			.dst = ur_address_here(ev->ev.family, ev->ev.nat.dst),
		};

		ur_nat_check(e->nat, &here, ev);
		return;
	}
	ev->nat_now.looked = UR_COULD_NOT;
	strcpy(ev->nat_now.reason, stay.outside);
}

/* Only when the kernel side saw the whole slot, and no socket in it. */
static bool wants_elsewhere(const struct ur_evidence *ev)
{
	const uint16_t seen = ev->ev.flags & (UR_EV_SOCKS | UR_EV_SOCKS_PARTIAL);

	return is_miss(&ev->ev) && seen == UR_EV_SOCKS && !ev->ev.nsocks && ev->packet.has_ports;
}

/* What a rule keeps a packet from that was on its way to another namespace of this host. */
static bool wants_target(const struct ur_evidence *ev)
{
	const struct ur_rule *r = &ev->ev.rule;

	return is_rule(&ev->ev) && r->hook == NF_INET_FORWARD &&
	       (r->pf == NFPROTO_IPV4 || r->pf == NFPROTO_IPV6) && ev->packet.has_ports &&
	       !ev->packet.fragment &&
	       (ev->packet.proto == IPPROTO_UDP || ev->packet.proto == IPPROTO_TCP);
}

static uint64_t find_elsewhere(struct ur_enrich *e, struct ur_evidence *ev)
{
	bool target = wants_target(ev);
	uint64_t inode = 0;

	if (!target && !wants_elsewhere(ev))
		return 0;
	ur_sockets_elsewhere(e->sockets, ev->ev.netns_inum, ev->ev.netns_cookie, target,
			     &ev->packet, &ev->elsewhere, &inode);
	if (ev->elsewhere.looked == UR_FOUND) {
		struct ur_netns netns;

		ur_netns_as_of(e->netns, NULL);
		ur_netns_name(e->netns, ev->elsewhere.netns_inum, &netns);
		memcpy(ev->elsewhere.netns_name, netns.name, sizeof(netns.name));
	}
	return inode;
}

static void ask(struct queries *q, uint64_t inode, int32_t hint, struct ur_owners *owners)
{
	q->one[q->n++] = (struct ur_process_query){ inode, hint, owners };
}

/* A number of a process from the kernel is good for a hint where it means the same here. */
static int32_t sender_hint(const struct ur_event *ev)
{
	return ev->flags & UR_EV_CURRENT && ur_process_sees_all() ? (int32_t)ev->cur_tgid : 0;
}

/* Who ended the sockets that are gone. */
static void find_closers(struct ur_evidence *ev)
{
	const struct ur_ended_where where = {
		.numbered = ur_process_sees_all(),
		.unified = !access(CGROUPS "/cgroup.controllers", F_OK),
		.cgroups = CGROUPS,
	};

	for (unsigned i = 0; i < ev->ev.nclosed; i++)
		ur_ended_by(&ev->ev.closed[i], &where, &ev->closers[i]);
}

/* All sockets of the event in one pass over the processes. */
static void find_owners(struct ur_enrich *e, struct ur_evidence *ev, uint64_t elsewhere,
			uint64_t taken)
{
	struct queries q = {};

	for (unsigned i = 0; i < ev->ev.nsocks; i++)
		ask(&q, ev->ev.socks[i].inode, 0, &ev->socks[i]);
	for (unsigned i = 0; i < ev->tcp.n; i++)
		ask(&q, ev->tcp.one[i].inode, 0, &ev->tcp.one[i].owners);
	for (unsigned i = 0; i < ev->sibling.n; i++)
		ask(&q, ev->sibling.one[i].inode, 0, &ev->sibling.one[i].owners);
	for (unsigned i = 0; i < ev->readers.n; i++)
		ask(&q, ev->readers.one[i].inode, 0, &ev->readers.one[i].owners);
	if (ev->ev.flags & UR_EV_SENDER)
		ask(&q, ev->ev.sender.inode, sender_hint(&ev->ev), &ev->sender);
	if (elsewhere)
		ask(&q, elsewhere, 0, &ev->elsewhere.owners);
	if (taken)
		ask(&q, taken, 0, &ev->taken.owners);
	ur_process_owners(e->process, q.one, q.n);
	if (ev->ev.reset.flags & UR_RST_TASK)
		ur_process_current(ev->ev.cur_tgid, ev->ev.cur_comm, &ev->resetter);
	if (ev->ev.flags & UR_EV_CURRENT && ev->sender.looked != UR_FOUND)
		ur_process_current(ev->ev.cur_tgid, ev->ev.cur_comm, &ev->sender);
}

void ur_enrich_run(struct ur_enrich *e, struct ur_evidence *ev)
{
	uint64_t elsewhere, taken = 0;

	if (ev->ev.nclosed > UR_CLOSED_MAX)
		ev->ev.nclosed = UR_CLOSED_MAX;
	if (ev->ev.nsocks > UR_SOCKS_MAX)
		ev->ev.nsocks = UR_SOCKS_MAX;
	if (ev->ev.nstack > UR_STACK_MAX)
		ev->ev.nstack = UR_STACK_MAX;
	ur_netns_as_of(e->netns, &ev->time);
	ur_netns_name(e->netns, ev->ev.netns_inum, &ev->netns);
	if (ev->nat_from.netns.inum)
		ur_netns_name(e->netns, ev->nat_from.netns.inum, &ev->nat_from.netns);
	if (ev->ev.nstack && !ur_symbolizer_stack(e->symbols, (const uint64_t *)ev->ev.stack,
						  ev->ev.nstack, ev->stack))
		ev->missing |= UR_MISSING_SYMBOLS;
	if (ev->ev.flags & UR_EV_NO_ENTRY)
		ur_stack_from_caller(&ev->ev, ev->stack);
	ur_symbolizer_encaps(e->symbols, ev);
	look_inside(e, ev, &taken);
	ur_limits_of_host(ev);
	look_at_nat(e, ev);
	elsewhere = find_elsewhere(e, ev);
	find_owners(e, ev, elsewhere, taken);
	if (ev->ev.nclosed)
		find_closers(ev);
}

void ur_enrich_restart(struct ur_enrich *e, struct ur_restart *restart)
{
	const struct ur_taken_open open = { restart->nopen, restart->open };
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;
	struct ur_process_query owners = { .owners = &restart->taken.owners };

	restart->taken = (struct ur_taken){ .looked = UR_COULD_NOT };
	ur_netns_as_of(e->netns, NULL);
	ur_netns_stay_begin(e->netns, restart->netns.inum, &stay);
	ur_netns_stay_check(&stay, restart->netns_cookie);
	if (!stay.there)
		return;
	owners.inode = find_taken(e, &restart->packet, open, &restart->taken);
	if (restart->taken.looked == UR_FOUND)
		ur_process_owners(e->process, &owners, 1);
}

/* A module, or a part of the kernel proper that has parameters. */
static bool loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

int ur_enrich_prefetch(struct ur_enrich *e, uint32_t netns_inum)
{
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;
	struct ur_nft_where where = { .netns = netns_inum };
	int r = ur_netns_stay_begin(e->ahead, netns_inum, &stay), legacy;

	if (r)
		return r;
	where.cookie = ur_netns_cookie_here();
	legacy = ur_xt_prefetch(e->xt, netns_inum, where.cookie);
	if (loaded("nf_tables"))
		r = ur_nft_prefetch(e->nft, &where);
	return legacy == -EINTR || legacy == -ECANCELED ? -EINTR : r;
}

size_t ur_enrich_namespaces(uint32_t *inums, size_t max)
{
	return loaded("nf_tables") || loaded("x_tables") ? ur_netns_list(inums, max) : 0;
}

bool ur_enrich_behind(const struct ur_enrich *e)
{
	return ur_xt_behind(e->xt);
}

void ur_enrich_count_tables(struct ur_enrich *e, uint32_t (*now)(const void *arg), const void *arg)
{
	ur_xt_count(e->xt, now, arg);
}

void ur_enrich_netns_gone(struct ur_enrich *e, uint32_t netns_inum)
{
	ur_nft_netns_gone(e->nft, netns_inum);
	ur_xt_netns_gone(e->xt, netns_inum);
	ur_nat_check_netns_gone(e->nat, netns_inum);
	ur_sockets_netns_gone(e->sockets, netns_inum);
}

void ur_enrich_module_gone(struct ur_enrich *e, const char *name)
{
	if (!strcmp(name, "nf_tables"))
		ur_nft_forget(e->nft);
}
