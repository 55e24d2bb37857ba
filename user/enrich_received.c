// SPDX-License-Identifier: GPL-2.0-only
#include "user/enrich_received.h"
#include "user/enrich/address.h"
#include "user/enrich/netns.h"
#include "user/enrich/process.h"
#include "user/host/netns_stay.h"

struct ur_enrich_received {
	struct ur_netns_names *netns;
	struct ur_process *process;
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
		r->from_here = look_at_source(e, r);
}
