// SPDX-License-Identifier: GPL-2.0-only
/* route.c - reads rules and refusing routes, and remembers what came of it. */
#include "user/enrich/route.h"
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "user/enrich/fib.h"
#include "user/enrich/rtdump.h"
#include "user/enrich/rtnl.h"

#define REMEMBERED  16
#define REST_FACTOR 4            /* a look that took 1 ms is followed by 4 ms without one, ... */
#define DEBT_NS     500000000ULL /* ... once that comes to so much */
#define SETTLE_NS   1000000  /* from a change's coming into force to our learning of it, at most */
#define SETTLED_NS  10000000 /* and the other way round */

/* All that the answer depends on. */
struct key {
	uint64_t changed_ns;
	uint64_t cookie;
	uint32_t netns;
	uint32_t mark;
	uint32_t iif;
	uint16_t sport;
	uint16_t dport;
	uint8_t dst[16];
	uint8_t src[16];
	uint8_t family;
	uint8_t proto;
	uint8_t tos;
	uint8_t code;
	uint8_t flags;
	uint8_t pad[3];
};

struct ur_route_finder {
	const volatile uint64_t *changes;
	uint64_t rest; /* till when the looks so far are paid for, ns of CLOCK_MONOTONIC */
	size_t next;
	struct {
		struct key key;
		struct ur_refuser refuser;
	} known[REMEMBERED];
	struct ur_fib fib;
};

int ur_route_finder_new(const volatile uint64_t *changes, struct ur_route_finder **ret)
{
	struct ur_route_finder *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->changes = changes;
	*ret = f;
	return 0;
}

void ur_route_finder_free(struct ur_route_finder *f)
{
	free(f);
}

static bool begins(const char *symbol, const char *name)
{
	return !strncmp(symbol, name, strlen(name));
}

bool ur_route_wants(const struct ur_evidence *ev)
{
	if (!ev->packet.family || (ev->ev.route.flags & UR_ROUTE_ENTRY))
		return false;
	if (ev->ev.origin == UR_ORIGIN_IP_ERROR)
		return true;
	return ev->ev.origin == UR_ORIGIN_UNKNOWN && ev->ev.nstack &&
	       (begins(ev->stack[0], "ip_error+") || begins(ev->stack[0], "ip6_pkt_"));
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint8_t tos_of(const struct ur_event *ev)
{
	if (ev->snap_len < 2)
		return 0;
	return ev->family == 4 ? ev->snap[1] : (uint8_t)(ev->snap[0] << 4 | ev->snap[1] >> 4);
}

/* What gives the error that the packet was refused with: fib_props[], fib4_rule_action(),
 * __fib6_rule_action(). */
static void ask_for(struct ur_fib_query *q, const struct ur_event *ev)
{
	if (ev->family == 4 ? ev->code == 1 : !(ev->route.flags & UR_ROUTE_HERE) && !ev->code)
		q->route_type = RTN_UNREACHABLE;
	if (ev->family == 4 ? ev->code == 13 : !(ev->route.flags & UR_ROUTE_HERE) && ev->code)
		q->route_type = RTN_PROHIBIT;
	if (ev->code == 0)
		q->action = FR_ACT_UNREACHABLE;
	else if (ev->family == 6 || ev->code == 13)
		q->action = FR_ACT_PROHIBIT;
}

/* ---- reading ---- */

static int on_rule(const uint8_t *payload, size_t len, void *arg)
{
	struct ur_fib *fib = arg;

	if (fib->nrules == UR_FIB_RULES_MAX)
		fib->too_many = true;
	else if (ur_fib_read_rule(&fib->rules[fib->nrules], payload, len))
		fib->nrules++;
	return 0;
}

/* A kernel without policy rules has one table. */
static int read_rules(struct ur_fib *fib, uint8_t family)
{
	const struct fib_rule_hdr hdr = { .family = family };
	int r = ur_rtdump(RTM_GETRULE, &hdr, sizeof(hdr), on_rule, fib);

	if (r == -EOPNOTSUPP || r == -EAFNOSUPPORT) {
		fib->rules[fib->nrules++] =
			(struct ur_fib_rule){ .action = FR_ACT_TO_TBL, .table = RT_TABLE_MAIN };
		return 0;
	}
	return r;
}

struct covering {
	struct ur_fib *fib;
	const struct ur_fib_query *q;
};

static int on_route(const uint8_t *payload, size_t len, void *arg)
{
	const struct covering *c = arg;
	struct ur_fib_route route;

	if (!ur_fib_read_route(&route, payload, len) || !ur_fib_covers(&route, c->q))
		return 0;
	if (c->fib->nroutes == UR_FIB_ROUTES_MAX)
		c->fib->too_many = true;
	else
		c->fib->routes[c->fib->nroutes++] = route;
	return 0;
}

/* Routes of one type: the kernel goes through all tables, and sends few. */
static int read_routes(struct ur_fib *fib, const struct ur_fib_query *q, uint8_t family,
		       uint8_t type)
{
	const struct rtmsg rtm = { .rtm_family = family, .rtm_type = type };
	struct covering c = { fib, q };

	return ur_rtdump(RTM_GETROUTE, &rtm, sizeof(rtm), on_route, &c);
}

static const struct rtattr *inside(const struct rtattr *attr, uint16_t type)
{
	return attr ? ur_rtnl_find(RTA_DATA(attr), RTA_PAYLOAD(attr), type) : NULL;
}

/* The table of device @index, when that is a VRF's. */
static int read_vrf(uint32_t index, uint32_t *table)
{
	const struct ifinfomsg ifi = { .ifi_index = (int)index };
	union ur_rtnl_answer answer;
	int r = ur_rtnl_get(RTM_GETLINK, &ifi, sizeof(ifi), NULL, 0, &answer);
	const struct rtattr *info, *kind;

	if (r)
		return r == -ENODEV ? 0 : r;
	info = ur_rtnl_attr(&answer, sizeof(ifi), IFLA_LINKINFO);
	kind = inside(info, IFLA_INFO_KIND);
	if (kind && RTA_PAYLOAD(kind) >= 4 && !memcmp(RTA_DATA(kind), "vrf", 4))
		*table = ur_rtnl_u32(inside(inside(info, IFLA_INFO_DATA), IFLA_VRF_TABLE));
	return 0;
}

static bool any_vrf(const struct ur_fib *fib)
{
	for (size_t i = 0; i < fib->nrules; i++)
		if (fib->rules[i].l3mdev)
			return true;
	return false;
}

static int read_all(struct ur_fib *fib, struct ur_fib_query *q, const struct ur_event *ev)
{
	const uint8_t family = ev->family == 4 ? AF_INET : AF_INET6;
	int r;

	fib->nrules = fib->nroutes = 0;
	fib->too_many = false;
	r = read_rules(fib, family);
	if (!r && ev->iif && any_vrf(fib))
		r = read_vrf(ev->iif, &q->vrf_table);
	if (!r && q->route_type)
		r = read_routes(fib, q, family, q->route_type);
	if (!r && q->route_type)
		r = read_routes(fib, q, family, RTN_THROW);
	return r;
}

/* ---- has anything changed? ---- */

/* The kernel side learns of a change shortly before or after it comes into force: none in the
 * time before the event, and none until a moment after the reading, is none in between. Of
 * IPv4 routes that stand behind another one of the same prefix, by their TOS, it learns
 * nothing. */
static bool unchanged(const struct ur_route_finder *f, const struct ur_evidence *ev)
{
	const struct timespec settle = { .tv_nsec = SETTLE_NS };
	const struct ur_route *r = &ev->ev.route;

	if (!f->changes || (ev->missing & UR_MISSING_ROUTES) ||
	    ev->ev.ts_ns < r->changed_ns + SETTLED_NS ||
	    (ev->ev.family == 4 && (!(r->flags & UR_ROUTE_CURRENT) || tos_of(&ev->ev))))
		return false;
	nanosleep(&settle, NULL);
	return f->changes[ur_changes_slot(ev->ev.netns_inum, ev->ev.family)] == r->changed_ns;
}

static void make_key(struct key *key, const struct ur_evidence *ev, uint64_t cookie)
{
	memset(key, 0, sizeof(*key));
	key->changed_ns = ev->ev.route.changed_ns;
	key->cookie = cookie;
	key->netns = ev->ev.netns_inum;
	key->mark = ev->ev.route.mark;
	key->iif = ev->ev.iif;
	key->sport = ev->packet.sport;
	key->dport = ev->packet.dport;
	memcpy(key->dst, ev->packet.dst, sizeof(key->dst));
	memcpy(key->src, ev->packet.src, sizeof(key->src));
	key->family = ev->ev.family;
	key->proto = ev->packet.proto;
	key->tos = tos_of(&ev->ev);
	key->code = ev->ev.code;
	key->flags = ev->ev.route.flags;
}

/* The same for all packets between two addresses. */
static struct key without_ports(const struct key *key)
{
	struct key ret = *key;

	ret.sport = ret.dport = 0;
	ret.proto = 0;
	return ret;
}

static bool remembered(const struct ur_route_finder *f, const struct key *key,
		       struct ur_refuser *ret)
{
	const struct key any = without_ports(key);

	for (size_t i = 0; i < REMEMBERED; i++) {
		if (!f->known[i].refuser.looked ||
		    (memcmp(&f->known[i].key, key, sizeof(*key)) != 0 &&
		     memcmp(&f->known[i].key, &any, sizeof(any)) != 0))
			continue;
		*ret = f->known[i].refuser;
		return true;
	}
	return false;
}

static bool looks_at_ports(const struct ur_fib *fib)
{
	for (size_t i = 0; i < fib->nrules; i++)
		if (ur_fib_rule_ports(&fib->rules[i]))
			return true;
	return false;
}

static void remember(struct ur_route_finder *f, const struct key *key,
		     const struct ur_refuser *what)
{
	if (!what->unchanged)
		return;
	f->known[f->next].key = looks_at_ports(&f->fib) ? *key : without_ports(key);
	f->known[f->next].refuser = *what;
	f->next = (f->next + 1) % REMEMBERED;
}

static void fail(struct ur_refuser *ret, int err)
{
	memset(ret, 0, sizeof(*ret));
	ret->looked = UR_COULD_NOT;
	snprintf(ret->reason, sizeof(ret->reason), "routes and policy rules can't be read: %s",
		 strerror(-err));
}

void ur_route_find(struct ur_route_finder *f, uint64_t cookie, struct ur_evidence *ev)
{
	struct ur_fib_query q = { .packet = &ev->packet,
				  .tos = tos_of(&ev->ev),
				  .mark = ev->ev.route.mark,
				  .iif = ev->ev.iifname };
	uint64_t start = now_ns(), end;
	struct key key;
	int r;

	make_key(&key, ev, cookie);
	if (remembered(f, &key, &ev->refuser))
		return;
	if (f->rest > start + DEBT_NS) {
		ev->refuser.looked = UR_COULD_NOT;
		strcpy(ev->refuser.reason, "too many events at once to read the routes for each");
		return;
	}
	ask_for(&q, &ev->ev);
	r = read_all(&f->fib, &q, &ev->ev);
	end = now_ns();
	f->rest = (f->rest > start ? f->rest : start) + (REST_FACTOR + 1) * (end - start);
	if (r) {
		fail(&ev->refuser, r);
		return;
	}
	/* A VRF that forwards nothing itself makes this error of no route at all. */
	if (ev->ev.family == 4 && ev->ev.code == 1 && q.vrf_table)
		q.action = FR_ACT_UNREACHABLE;
	ur_fib_find(&f->fib, &q, &ev->refuser);
	ev->refuser.unchanged = unchanged(f, ev);
	remember(f, &key, &ev->refuser);
}
