// SPDX-License-Identifier: GPL-2.0-only
/* nat.c - rules are read when they changed; how they were when a flow was seen first is
 * remembered. */
#include "user/enrich/nat.h"
/* libc's in.h goes before the kernel's, which then leaves out what both define */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/nat_read.h"

#define SPACES     8
#define FLOWS      512
#define TIMEOUT_MS 3000
#define LOOPBACK   1 /* LOOPBACK_IFINDEX, include/linux/netdevice.h */
#define NS_PER_S   1000000000ULL
#define LEGACY_NS  NS_PER_S       /* how long a table that has no generation is believed */
#define BUDGET_NS  (5 * NS_PER_S) /* for reading; what was spent comes back... */
#define BACK       20             /* ...so many times as slowly */
_Static_assert(UR_NAT_TEXT_MAX == UR_NAT_RULE_MAX, "the evidence takes a rule as it is");

/* The rules of one namespace. */
struct space {
	uint32_t netns; /* 0: free */
	uint64_t cookie;
	struct ur_nat_mark mark;
	uint64_t read_ns;
	int failed; /* 0, or -errno of the last reading */
	struct ur_nat_rules *rules;
	char why[UR_REASON_MAX];
};

/* A flow whose entry the rules once explained. */
struct explained {
	uint32_t netns; /* 0: free */
	uint64_t cookie;
	uint8_t family;
	uint8_t proto;
	struct ur_nat nat;
	uint16_t dport; /* what it was translated to */
	uint8_t dst[16];
};

struct ur_nat_check {
	unsigned next, next_flow; /* the slots to reuse */
	uint64_t spent_ns;        /* of the budget, at... */
	uint64_t spent_at;
	struct space spaces[SPACES];
	struct explained flows[FLOWS];
};

/* One question. */
struct question {
	struct ur_nat_flow flow;
	struct ur_nat_actual actual;
	uint32_t hook;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

int ur_nat_check_new(struct ur_nat_check **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void ur_nat_check_free(struct ur_nat_check *check)
{
	for (unsigned i = 0; check && i < SPACES; i++)
		ur_nat_rules_free(check->spaces[i].rules);
	free(check);
}

bool ur_nat_check_wants(const struct ur_evidence *ev)
{
	return ev->ev.origin == UR_ORIGIN_UDP_MISS && ev->packet.has_ports &&
	       ev->nat_from.source < UR_NAT_ONE_OF && ev->nat_from.netns.inum &&
	       (ev->ev.flags & UR_EV_ENTRY) && !ev->ev.nat.is_reply;
}

/* ---- the rules ---- */

static struct space *space_of(struct ur_nat_check *check, uint32_t netns, uint64_t cookie)
{
	struct space *s;

	for (s = check->spaces; s < check->spaces + SPACES; s++)
		if (s->netns == netns && s->cookie == cookie)
			return s;
	s = &check->spaces[check->next++ % SPACES];
	ur_nat_rules_free(s->rules);
	*s = (struct space){ .netns = netns, .cookie = cookie };
	return s;
}

static bool may_read(struct ur_nat_check *check, uint64_t now)
{
	uint64_t back = (now - check->spent_at) / BACK;

	check->spent_ns -= back < check->spent_ns ? back : check->spent_ns;
	check->spent_at = now;
	return check->spent_ns < BUDGET_NS;
}

static void read_anew(struct space *s, const struct ur_nat_mark *mark, uint64_t now)
{
	struct ur_nat_mark after;

	ur_nat_rules_free(s->rules);
	s->rules = NULL;
	s->mark = *mark;
	s->read_ns = now;
	s->failed = ur_nat_read(mark, TIMEOUT_MS, &s->rules, s->why, sizeof(s->why));
	if (!s->failed)
		s->failed = ur_nat_mark(&after);
	if (!s->failed && !ur_nat_mark_same(&after, mark))
		s->failed = -EAGAIN;
	if (s->failed && !s->why[0])
		snprintf(s->why, sizeof(s->why), "%s", strerror(-s->failed));
}

/* See to it that s->rules are those of now. @fresh: not even a moment old, where nothing else
 * tells whether they have changed. Returns 0 or -errno. */
static int refresh(struct ur_nat_check *check, struct space *s, bool fresh)
{
	struct ur_nat_mark mark;
	uint64_t now = now_ns();
	bool legacy, same;
	int r = ur_nat_mark(&mark);

	if (r) {
		snprintf(s->why, sizeof(s->why), "%s", strerror(-r));
		return r;
	}
	legacy = mark.size[0] || mark.size[1];
	same = s->read_ns && ur_nat_mark_same(&mark, &s->mark);
	if (same && !(legacy && (fresh || now - s->read_ns > LEGACY_NS)) && s->failed != -EAGAIN)
		return s->failed;
	if (!may_read(check, now)) {
		snprintf(s->why, sizeof(s->why), "they change faster than they can be read");
		return -EAGAIN;
	}
	read_anew(s, &mark, now);
	check->spent_ns += now_ns() - now;
	return s->failed;
}

/* ---- the flow ---- */

static enum ur_nat_fit fit_of(enum ur_looked here)
{
	if (here == UR_FOUND)
		return UR_NAT_YES;
	return here == UR_FOUND_NONE ? UR_NAT_NO : UR_NAT_MAYBE;
}

static struct question ask(const struct ur_evidence *ev, const struct ur_nat_here *here)
{
	const struct ur_packet *pkt = &ev->packet;
	const struct ur_nat *nat = &ev->ev.nat;
	const size_t size = pkt->family == 4 ? 4 : 16;
	const bool own = ev->nat_from.netns.inum == ev->ev.netns_inum;
	struct question q = { .hook = NF_INET_PRE_ROUTING };
	bool from_here;

	q.flow.family = pkt->family;
	q.flow.proto = pkt->proto;
	q.flow.sport = nat->sport;
	q.flow.dport = nat->dport;
	memcpy(q.flow.src, nat->src, 16);
	memcpy(q.flow.dst, nat->dst, 16);
	q.flow.dst_local = fit_of(here->dst);
	from_here = own ? ev->ev.iif <= LOOPBACK : here->src != UR_FOUND_NONE;
	if (from_here)
		q.hook = NF_INET_LOCAL_OUT;
	else if (own && !ev->ev.sdif)
		if_indextoname(ev->ev.iif, q.flow.iif);
	q.actual.translated = nat->dport != pkt->dport || memcmp(nat->dst, pkt->dst, size) != 0;
	q.actual.dport = pkt->dport;
	memcpy(q.actual.dst, pkt->dst, 16);
	return q;
}

/* ---- what was seen before ---- */

static bool same_flow(const struct explained *a, const struct explained *b)
{
	const struct ur_nat *m = &a->nat, *n = &b->nat;

	return a->netns == b->netns && a->cookie == b->cookie && a->family == b->family &&
	       a->proto == b->proto && m->sport == n->sport && m->dport == n->dport &&
	       !memcmp(m->src, n->src, 16) && !memcmp(m->dst, n->dst, 16) && a->dport == b->dport &&
	       !memcmp(a->dst, b->dst, 16);
}

static struct explained key_of(const struct ur_evidence *ev, uint64_t cookie)
{
	struct explained e = { .netns = ev->nat_from.netns.inum, .cookie = cookie };

	e.family = ev->packet.family;
	e.proto = ev->packet.proto;
	e.nat = ev->ev.nat;
	e.dport = ev->packet.dport;
	memcpy(e.dst, ev->packet.dst, 16);
	return e;
}

static bool was_explained(const struct ur_nat_check *check, const struct explained *e)
{
	for (unsigned i = 0; i < FLOWS; i++)
		if (same_flow(&check->flows[i], e))
			return true;
	return false;
}

/* ---- */

static bool explains(const struct space *s, const struct question *q, char text[UR_NAT_TEXT_MAX])
{
	return ur_nat_rules_explain(s->rules, q->hook, &q->flow, &q->actual, text);
}

static void could_not(struct ur_nat_now *now, const struct space *s)
{
	*now = (struct ur_nat_now){ .looked = UR_COULD_NOT };
	snprintf(now->reason, sizeof(now->reason), "%s", s->why);
}

void ur_nat_check(struct ur_nat_check *check, const struct ur_nat_here *here,
		  struct ur_evidence *ev)
{
	struct space *s = space_of(check, ev->nat_from.netns.inum, here->cookie);
	const struct explained e = key_of(ev, here->cookie);
	const struct question q = ask(ev, here);
	struct ur_nat_now *now = &ev->nat_now;

	*now = (struct ur_nat_now){ .looked = UR_FOUND_NONE };
	if (refresh(check, s, false))
		return could_not(now, s);
	if (explains(s, &q, now->rule)) {
		now->rule[0] = '\0';
		if (!was_explained(check, &e))
			check->flows[check->next_flow++ % FLOWS] = e;
		return;
	}
	if (refresh(check, s, true))
		return could_not(now, s);
	if (explains(s, &q, now->rule)) {
		now->rule[0] = '\0';
		return;
	}
	now->changed = was_explained(check, &e);
	/* Others than these rules translate as well (IPVS, Open vSwitch): that none does is no
	 * sign, unless one did. */
	if (now->rule[0] || now->changed)
		now->looked = UR_FOUND;
}

void ur_nat_check_netns_gone(struct ur_nat_check *check, uint32_t netns)
{
	for (struct space *s = check->spaces; s < check->spaces + SPACES; s++) {
		if (netns != UR_NETNS_ANY && s->netns != netns)
			continue;
		ur_nat_rules_free(s->rules);
		*s = (struct space){};
	}
	for (struct explained *f = check->flows; f < check->flows + FLOWS; f++)
		if (netns == UR_NETNS_ANY || f->netns == netns)
			*f = (struct explained){};
}
