// SPDX-License-Identifier: GPL-2.0-only
/* tc.c - dumps of filters, device by device: the kernel has none of all at once. */
#include "user/enrich/tc.h"
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "user/enrich/rtdump.h"
#include "user/enrich/rtnl.h"

#define DEVICES_MAX 64

/* A dump of one side of one device. */
struct side {
	struct ur_tc_list *list;
	unsigned int ifindex;
	bool egress;
};

static void add(struct ur_tc_list *list, const struct ur_tc *tc)
{
	if (list->programs_only && !tc->prog)
		return;
	if (list->n < UR_TC_MAX)
		list->one[list->n] = *tc;
	list->n++;
}

static void copy(char *to, size_t room, const struct rtattr *attr)
{
	if (attr)
		snprintf(to, room, "%.*s", (int)RTA_PAYLOAD(attr), (const char *)RTA_DATA(attr));
}

int ur_tc_parse(const uint8_t *payload, size_t len, struct ur_tc *tc)
{
	const struct tcmsg *tcm = (const void *)payload;
	const size_t skip = NLMSG_ALIGN(sizeof(*tcm));
	const struct rtattr *options;

	*tc = (struct ur_tc){};
	if (len < skip)
		return -EBADMSG;
	/* A filter's own answer; that of its priority has no options. */
	options = ur_rtnl_find(payload + skip, len - skip, TCA_OPTIONS);
	if (!options || !tcm->tcm_handle)
		return 0;
	tc->pref = tcm->tcm_info >> 16;
	copy(tc->kind, sizeof(tc->kind), ur_rtnl_find(payload + skip, len - skip, TCA_KIND));
	if (!strcmp(tc->kind, "bpf")) {
		const void *inner = RTA_DATA(options);

		tc->prog = ur_rtnl_u32(ur_rtnl_find(inner, RTA_PAYLOAD(options), TCA_BPF_ID));
		copy(tc->name, sizeof(tc->name),
		     ur_rtnl_find(inner, RTA_PAYLOAD(options), TCA_BPF_NAME));
	}
	return 1;
}

static int take(const uint8_t *payload, size_t len, void *arg)
{
	const struct side *side = arg;
	struct ur_tc tc;
	int r = ur_tc_parse(payload, len, &tc);

	if (r <= 0)
		return r;
	tc.egress = side->egress;
	if_indextoname(side->ifindex, tc.dev);
	add(side->list, &tc);
	return 0;
}

int ur_tc_filters(unsigned int ifindex, bool egress, struct ur_tc_list *list)
{
	const struct tcmsg tcm = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = (int)ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS),
	};
	struct side side = { .list = list, .ifindex = ifindex, .egress = egress };
	int r = ur_rtdump(RTM_GETTFILTER, &tcm, sizeof(tcm), take, &side);

	return r == -EINVAL || r == -ENOENT ? 0 : r; /* no such qdisc */
}

/* IFLA_XDP: that of the driver, of the stack, or of the hardware. */
static void add_xdp(unsigned int ifindex, const char *name, struct ur_tc_list *list)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	union ur_rtnl_answer answer;
	const struct rtattr *xdp;
	struct ur_tc tc = { .kind = "xdp" };

	if (ur_rtnl_get(RTM_GETLINK, &ifi, sizeof(ifi), NULL, 0, &answer))
		return;
	xdp = ur_rtnl_attr(&answer, sizeof(ifi), IFLA_XDP);
	if (!xdp)
		return;
	tc.prog = ur_rtnl_u32(ur_rtnl_find(RTA_DATA(xdp), RTA_PAYLOAD(xdp), IFLA_XDP_PROG_ID));
	snprintf(tc.dev, sizeof(tc.dev), "%s", name);
	if (tc.prog)
		add(list, &tc);
}

int ur_tc_programs(struct ur_tc_list *list)
{
	struct if_nameindex *all = if_nameindex();
	int r = 0;

	if (!all)
		return -errno;
	for (size_t i = 0; !r && all[i].if_index; i++) {
		if (i == DEVICES_MAX) {
			r = -E2BIG;
			break;
		}
		r = ur_tc_filters(all[i].if_index, false, list) ?:
			    ur_tc_filters(all[i].if_index, true, list);
		add_xdp(all[i].if_index, all[i].if_name, list);
	}
	if_freenameindex(all);
	return r;
}

/* The device that a packet to @addr leaves by. */
static int leaves_by(uint8_t version, const uint8_t addr[16], unsigned int *ret)
{
	const uint16_t len = version == 4 ? 4 : 16;
	const struct rtmsg rtm = { .rtm_family = version == 4 ? AF_INET : AF_INET6,
				   .rtm_dst_len = (unsigned char)(8 * len) };
	const struct ur_rtnl_arg to = { RTA_DST, len, addr };
	union ur_rtnl_answer answer;
	int r = ur_rtnl_get(RTM_GETROUTE, &rtm, sizeof(rtm), &to, 1, &answer);

	if (!r)
		*ret = ur_rtnl_u32(ur_rtnl_attr(&answer, sizeof(rtm), RTA_OIF));
	return r ? r : *ret ? 0 : -ENODEV;
}

bool ur_dropper_wants(const struct ur_event *ev)
{
	return ev->answer == UR_ANSWER_ICMP && ev->window & UR_WIN_PUSHED &&
	       (ev->push_ret == -EPERM || ev->push_ret == -ENOBUFS);
}

void ur_tc_dropper(struct ur_evidence *ev)
{
	struct ur_dropper *ret = &ev->dropper;
	struct ur_tc_list list = {};
	unsigned int ifindex = 0;
	int r = leaves_by(ev->packet.family, ev->packet.src, &ifindex);

	if (!r)
		r = ur_tc_filters(ifindex, true, &list);
	if (r || !if_indextoname(ifindex, ret->dev)) {
		ret->looked = UR_COULD_NOT;
		snprintf(ret->reason, sizeof(ret->reason), "%s", strerror(r ? -r : ENODEV));
		return;
	}
	ret->could = list.n;
	ret->tc = list.one[0];
	ret->looked = list.n == 1 ? UR_FOUND : UR_FOUND_NONE;
}
