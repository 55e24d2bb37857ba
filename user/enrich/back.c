// SPDX-License-Identifier: GPL-2.0-only
/* back.c - as strict reverse path filtering asks, but of every way that the route offers, and
 * with the eyes of a VRF, a bridge, or a bond. */
#include "user/enrich/back.h"
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include "user/base/addr.h"
#include "user/enrich/rtnl.h"

#define REMEMBERED 64
#define FRESH_NS   UINT64_C(3000000000)
#define IF_LO      1 /* in every namespace */

/* One answer: nothing but the key and what was found. */
struct remembered {
	uint64_t cookie;
	uint32_t inum;
	uint32_t in;
	uint8_t family;
	uint8_t src[16];
	uint64_t asked_ns; /* 0: free */
	struct ur_back back;
};

struct ur_back_check {
	struct remembered one[REMEMBERED];
	union ur_rtnl_answer answer;
};

struct link {
	uint32_t master;
	bool vrf;    /* it is one */
	bool in_vrf; /* it belongs to one: its master */
};

int ur_back_check_new(struct ur_back_check **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void ur_back_check_free(struct ur_back_check *check)
{
	free(check);
}

static bool link_local(uint8_t version, const uint8_t a[16])
{
	return version == 4 ? a[0] == 169 && a[1] == 254 : a[0] == 0xfe && (a[1] & 0xc0) == 0x80;
}

/* The device that the packet came in on: that inside a VRF, where it is known. */
static uint32_t came_in(const struct ur_evidence *ev)
{
	return ev->ev.sdif ?: ev->ev.iif;
}

bool ur_back_wants(const struct ur_evidence *ev)
{
	const struct ur_packet *pkt = &ev->packet;
	uint8_t pf = ev->ev.rule.pf;

	return pkt->family && came_in(ev) > IF_LO && !(ev->ev.flags & UR_EV_SENDER) &&
	       pf != NFPROTO_BRIDGE && pf != NFPROTO_NETDEV &&
	       !ur_addr_any(pkt->family, pkt->src) && !ur_addr_multicast(pkt->family, pkt->src) &&
	       !link_local(pkt->family, pkt->src);
}

/* ---- asking ---- */

static bool says(const struct rtattr *kind, const char *what)
{
	return kind && !strncmp(RTA_DATA(kind), what, RTA_PAYLOAD(kind));
}

static int read_link(struct ur_back_check *c, uint32_t index, struct link *ret)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = (int)index };
	const struct rtattr *info;
	int r = ur_rtnl_get(RTM_GETLINK, &ifi, sizeof(ifi), NULL, 0, &c->answer);

	*ret = (struct link){};
	if (r)
		return r;
	ret->master = ur_rtnl_u32(ur_rtnl_attr(&c->answer, sizeof(ifi), IFLA_MASTER));
	info = ur_rtnl_attr(&c->answer, sizeof(ifi), IFLA_LINKINFO);
	if (!info)
		return 0;
	ret->vrf = says(ur_rtnl_find(RTA_DATA(info), RTA_PAYLOAD(info), IFLA_INFO_KIND), "vrf");
	ret->in_vrf =
		says(ur_rtnl_find(RTA_DATA(info), RTA_PAYLOAD(info), IFLA_INFO_SLAVE_KIND), "vrf");
	return 0;
}

/* The route that a packet from here to the source would take, the answer's own: all its ways,
 * in the table of the VRF @vrf, if any. */
static int read_route(struct ur_back_check *c, const struct ur_packet *pkt, uint32_t vrf)
{
	const uint16_t len = pkt->family == 4 ? 4 : 16;
	const struct rtmsg rtm = { .rtm_family = pkt->family == 4 ? AF_INET : AF_INET6,
				   .rtm_dst_len = (unsigned char)(8 * len),
				   .rtm_flags = RTM_F_FIB_MATCH };
	const struct ur_rtnl_arg args[] = {
		{ RTA_DST, len, pkt->src },
		{ vrf ? RTA_OIF : 0, sizeof(vrf), &vrf },
	};

	return ur_rtnl_get(RTM_GETROUTE, &rtm, sizeof(rtm), args, 2, &c->answer);
}

/* Devices of a route: hop @i, 0 behind the last. */
static uint32_t hop(const union ur_rtnl_answer *route, unsigned int i)
{
	const struct rtattr *all = ur_rtnl_attr(route, sizeof(struct rtmsg), RTA_MULTIPATH);
	const struct rtnexthop *nh;
	size_t left, step;

	if (!all)
		return i ? 0 : ur_rtnl_u32(ur_rtnl_attr(route, sizeof(struct rtmsg), RTA_OIF));
	nh = RTA_DATA(all);
	left = RTA_PAYLOAD(all);
	while (left >= sizeof(*nh) && nh->rtnh_len >= sizeof(*nh) && nh->rtnh_len <= left) {
		if (!i--)
			return (uint32_t)nh->rtnh_ifindex;
		step = (size_t)RTNH_ALIGN(nh->rtnh_len);
		if (step > left)
			break;
		left -= step;
		nh = RTNH_NEXT(nh);
	}
	return 0;
}

/* ---- judging ---- */

static bool one_link(const struct link *a, uint32_t ia, const struct link *b, uint32_t ib)
{
	return ia == ib || a->master == ib || b->master == ia ||
	       (a->master && a->master == b->master);
}

/* Does any way of the route lead to @in? */
static enum ur_looked compare(struct ur_back_check *c, const struct link *in, uint32_t index,
			      struct ur_back *ret)
{
	const struct rtmsg *rtm = NLMSG_DATA(&c->answer.nlh);
	uint32_t out[8], n = 0;
	struct link link;

	ret->own = rtm->rtm_type == RTN_LOCAL;
	if (!ret->own && rtm->rtm_type != RTN_UNICAST)
		return UR_FOUND_NONE;
	while (n < 8 && (out[n] = hop(&c->answer, n)))
		n++;
	if (ret->own) /* inside a VRF, what this host sends to itself comes in on the VRF */
		return in->vrf ? UR_FOUND_NONE : UR_FOUND;
	if (!n || n == 8) /* nexthops that are not listed, or too many to ask for */
		return UR_COULD_NOT;
	for (uint32_t i = 0; i < n; i++) {
		if (out[i] == index)
			return UR_FOUND_NONE;
		if (read_link(c, out[i], &link))
			return UR_COULD_NOT;
		if (one_link(in, index, &link, out[i]))
			return UR_FOUND_NONE;
	}
	return if_indextoname(out[0], ret->dev) ? UR_FOUND : UR_COULD_NOT;
}

static enum ur_looked find(struct ur_back_check *c, const struct ur_evidence *ev,
			   struct ur_back *ret)
{
	uint32_t index = came_in(ev);
	struct link in;
	int r;

	if (read_link(c, index, &in) || !if_indextoname(index, ret->in))
		return UR_COULD_NOT;
	r = read_route(c, &ev->packet, in.vrf ? index : in.in_vrf ? in.master : 0);
	ret->none = r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL;
	if (ret->none)
		return UR_FOUND_NONE;
	return r ? UR_COULD_NOT : compare(c, &in, index, ret);
}

/* ---- remembering ---- */

static bool same(const struct remembered *one, const struct ur_evidence *ev)
{
	return one->asked_ns && one->cookie == ev->ev.netns_cookie &&
	       one->inum == ev->ev.netns_inum && one->in == came_in(ev) &&
	       one->family == ev->packet.family &&
	       ur_addr_equal(one->family, one->src, ev->packet.src);
}

void ur_back_find(struct ur_back_check *check, uint64_t now, struct ur_evidence *ev)
{
	struct remembered *place = &check->one[0];

	for (size_t i = 0; i < REMEMBERED; i++) {
		struct remembered *one = &check->one[i];

		if (same(one, ev)) {
			place = one;
			break;
		}
		if (one->asked_ns < place->asked_ns)
			place = one;
	}
	if (same(place, ev) && now < place->asked_ns + FRESH_NS) {
		ev->back = place->back;
		return;
	}
	*place = (struct remembered){ .cookie = ev->ev.netns_cookie,
				      .inum = ev->ev.netns_inum,
				      .in = came_in(ev),
				      .family = ev->packet.family,
				      .asked_ns = now };
	memcpy(place->src, ev->packet.src, sizeof(place->src));
	place->back.looked = find(check, ev, &place->back);
	ev->back = place->back;
}
