// SPDX-License-Identifier: GPL-2.0-only
#include "user/enrich_received.h"
#include <linux/if_link.h>
#include <string.h>
#include <sys/socket.h>
#include "user/enrich/address.h"
#include "user/enrich/netns.h"
#include "user/enrich/process.h"
#include "user/enrich/rtnl.h"
#include "user/enrich/tc.h"
#include "user/host/netns_stay.h"

#define NAMESPACES_MAX 64
#define FRESH_S        3

struct ur_enrich_received {
	struct ur_netns_names *netns;
	struct ur_process *process;
	struct ur_receipt last; /* the last that was not generated here, and what was found */
};

int ur_enrich_received_new(struct ur_enrich_received **ret)
{
	ur_cleanup(ur_enrich_received_freep) struct ur_enrich_received *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return -ENOMEM;
	r = ur_netns_names_new(&e->netns);
	if (!r)
		r = ur_process_new(&e->process);
	if (!r)
		*ret = ur_take(e);
	return r;
}

void ur_enrich_received_free(struct ur_enrich_received *e)
{
	if (!e)
		return;
	ur_process_free(e->process);
	ur_netns_names_free(e->netns);
	free(e);
}

static enum ur_looked look_at_source(struct ur_enrich_received *e, const struct ur_receipt *r)
{
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;

	ur_netns_stay_begin(e->netns, r->rec.netns_inum, &stay);
	ur_netns_stay_check(&stay, r->rec.netns_cookie);
	return stay.there ? ur_address_here(r->rec.family, r->rec.from) : UR_COULD_NOT;
}

/* Is the other end of the device that it came by (a veth's) in another namespace? */
static bool other_end_here(struct ur_enrich_received *e, const struct ur_receipt *r)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = (int)r->rec.iif };
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;
	union ur_rtnl_answer answer;

	ur_netns_stay_begin(e->netns, r->rec.netns_inum, &stay);
	return stay.there && !ur_rtnl_get(RTM_GETLINK, &ifi, sizeof(ifi), NULL, 0, &answer) &&
	       ur_rtnl_attr(&answer, sizeof(ifi), IFLA_LINK_NETNSID);
}

/* The BPF programs of the namespace that the thread is in. */
static void list_programs(struct ur_receipt *r)
{
	struct ur_tc_list list = { .programs_only = true };

	ur_tc_programs(&list); /* what there is of it */
	memcpy(r->program, list.one, sizeof(r->program));
	r->nprograms = list.n;
}

/* True when namespace @inum has the error's source for an address. */
static bool is_home(struct ur_enrich_received *e, uint32_t inum, struct ur_receipt *r)
{
	ur_cleanup(ur_netns_stay_end) struct ur_netns_stay stay = UR_NETNS_NO_STAY;

	ur_netns_stay_begin(e->netns, inum, &stay);
	if (!stay.there || ur_address_here(r->rec.family, r->rec.from) != UR_FOUND)
		return false;
	list_programs(r);
	return true;
}

/* Errors that come by a device whose other end is in a namespace of this host may be from there. */
static void find_home(struct ur_enrich_received *e, struct ur_receipt *r)
{
	uint32_t inums[NAMESPACES_MAX];
	size_t n = ur_netns_list(inums, NAMESPACES_MAX);

	if (r->from_here == UR_FOUND) {
		is_home(e, r->rec.netns_inum, r);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (inums[i] == r->rec.netns_inum || !is_home(e, inums[i], r))
			continue;
		ur_netns_name(e->netns, inums[i], &r->home);
		r->home.inum = inums[i];
		return;
	}
}

/* The same for errors from the same address that follow. */
static void look_for_maker(struct ur_enrich_received *e, struct ur_receipt *r)
{
	const struct ur_receipt *last = &e->last;

	if (last->seq && last->rec.netns_inum == r->rec.netns_inum && last->rec.iif == r->rec.iif &&
	    last->rec.family == r->rec.family &&
	    !memcmp(last->rec.from, r->rec.from, sizeof(r->rec.from)) &&
	    r->time.tv_sec >= last->time.tv_sec && r->time.tv_sec < last->time.tv_sec + FRESH_S) {
		r->from_here = last->from_here;
		r->home = last->home;
		memcpy(r->program, last->program, sizeof(r->program));
		r->nprograms = last->nprograms;
		return;
	}
	r->from_here = look_at_source(e, r);
	if (r->from_here == UR_FOUND || (r->from_here == UR_FOUND_NONE && other_end_here(e, r)))
		find_home(e, r);
	e->last = *r;
	e->last.seq = 1;
}

void ur_enrich_received_run(struct ur_enrich_received *e, struct ur_receipt *r)
{
	struct ur_process_query q[UR_TOLD_MAX + 1] = {};
	size_t n = 0;

	ur_netns_as_of(e->netns, &r->time);
	ur_netns_name(e->netns, r->rec.netns_inum, &r->netns);
	for (int i = 0; i < r->rec.ntold && i < UR_TOLD_MAX; i++)
		q[n++] = (struct ur_process_query){ .inode = r->rec.told[i].inode,
						    .owners = &r->told[i] };
	if (r->rec.flags & UR_RC_FIT)
		q[n++] = (struct ur_process_query){ .inode = r->rec.fit.inode, .owners = &r->fit };
	if (n)
		ur_process_owners(e->process, q, n);
	for (int i = 0; i < r->rec.ntold && i < UR_TOLD_MAX; i++)
		if (r->told[i].looked != UR_FOUND && r->rec.waiter[i])
			ur_process_current(r->rec.waiter[i], r->rec.waiter_comm[i], &r->told[i]);
	if (r->rec.flags & UR_RC_MADE)
		ur_netns_name(e->netns, r->rec.made_netns, &r->made);
	else
		look_for_maker(e, r);
}
