/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/natlog.h"

#include <linux/netfilter.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include "user/base/addr.h"

#define NOTICES    1024 /* more than the worker's queue holds events */
#define MEMORIES   256
#define LOOPBACK   1 /* LOOPBACK_IFINDEX, include/linux/netdevice.h */
#define NS_PER_SEC 1000000000ULL

/* What was seen longer ago says nothing about now: the rules may have changed. */
#define MEMORY_NS (60 * NS_PER_SEC)

/* The event's time is that of its end: where the answer crosses to another CPU before that,
 * the notice is the older of the two. */
#define EARLY_NS 1000000ULL

/* A packet as the namespace saw it that refused it. */
struct flow {
	uint8_t family;
	uint8_t proto;
	uint16_t sport;
	uint16_t dport;
	uint8_t src[16];
	uint8_t dst[16];
};

struct notice {
	uint64_t ts_ns; /* 0: free */
	uint32_t netns_inum;
	struct flow flow;
	struct ur_nat nat;
};

/* What became known of a translation, for packets whose answer is never sent. */
struct memory {
	uint64_t ts_ns;
	uint32_t netns_inum; /* where the packet was refused */
	uint32_t nat_inum;   /* where it was translated */
	struct flow flow;
	struct ur_nat nat;
};

struct ur_natlog {
	pthread_mutex_t lock;
	pthread_cond_t added;
	uint64_t heard_ns; /* when the ring gave its last record */
	uint64_t told_ns;  /* until when all records are here: the ring keeps their order */
	uint64_t n;        /* notices ever; the last NOTICES of them are kept */
	struct notice notices[NOTICES];
	uint64_t nmemories; /* the asking thread's own */
	struct memory memories[MEMORIES];
};

int ur_natlog_new(struct ur_natlog **ret)
{
	struct ur_natlog *log = calloc(1, sizeof(*log));
	pthread_condattr_t attr;

	if (!log)
		return -ENOMEM;
	pthread_mutex_init(&log->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&log->added, &attr);
	pthread_condattr_destroy(&attr);
	*ret = log;
	return 0;
}

void ur_natlog_free(struct ur_natlog *log)
{
	if (!log)
		return;
	pthread_cond_destroy(&log->added);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

/* The refused packet of the flow @nat, in the namespace that refused it: translation has
 * happened to it where it was sent on, and has been taken back from a reply. */
static struct flow refused(const struct ur_nat *nat, uint8_t family, uint8_t proto)
{
	struct flow f = { .family = family, .proto = proto };

	if (nat->is_reply) {
		memcpy(f.src, nat->dst, 16);
		memcpy(f.dst, nat->src, 16);
		f.sport = nat->dport;
		f.dport = nat->sport;
	} else {
		memcpy(f.src, nat->reply_dst, 16);
		memcpy(f.dst, nat->reply_src, 16);
		f.sport = nat->reply_dport;
		f.dport = nat->reply_sport;
	}
	return f;
}

static struct flow flow_of(const struct ur_packet *pkt)
{
	struct flow f = { pkt->family, pkt->proto, pkt->sport, pkt->dport, {}, {} };

	memcpy(f.src, pkt->src, 16);
	memcpy(f.dst, pkt->dst, 16);
	return f;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

static void add_notice(struct ur_natlog *log, const struct ur_nat_notice *in)
{
	struct notice *n = &log->notices[log->n++ % NOTICES];

	n->ts_ns = in->ts_ns;
	n->netns_inum = in->netns_inum;
	n->flow = refused(&in->nat, in->pf == NFPROTO_IPV4 ? 4 : 6, in->proto);
	n->nat = in->nat;
}

static bool is_notice(const struct ur_nat_notice *in, size_t len)
{
	return len >= sizeof(*in) && in->answer == UR_ANSWER_NOTICE && in->what == UR_NOTICE_NAT &&
	       in->len >= sizeof(*in);
}

/* When the event @record was made. */
static uint64_t event_ns(const void *record, size_t len)
{
	uint64_t ts_ns = 0;

	if (len >= offsetof(struct ur_event, nat))
		memcpy(&ts_ns, (const char *)record + offsetof(struct ur_event, ts_ns),
		       sizeof(ts_ns));
	return ts_ns;
}

bool ur_natlog_add(struct ur_natlog *log, const void *record, size_t len)
{
	struct ur_nat_notice in = {};
	uint64_t ts_ns = 0;
	bool notice;

	memcpy(&in, record, len < sizeof(in) ? len : sizeof(in));
	notice = is_notice(&in, len);
	if (notice)
		ts_ns = in.ts_ns;
	else if (in.answer != UR_ANSWER_NOTICE)
		ts_ns = event_ns(record, len);
	pthread_mutex_lock(&log->lock);
	log->heard_ns = now_ns();
	if (ts_ns > log->told_ns)
		log->told_ns = ts_ns;
	if (notice)
		add_notice(log, &in);
	pthread_cond_signal(&log->added);
	pthread_mutex_unlock(&log->lock);
	return notice;
}

/* ---- notices ---- */

/* Did the original destination differ from where the packet went? */
static bool rewritten(const struct ur_nat *nat, const struct flow *f)
{
	return !nat->is_reply &&
	       (nat->dport != f->dport || memcmp(nat->dst, f->dst, sizeof(f->dst)) != 0);
}

/* The oldest notice of @f's flow since the event: one that shows a translation, else any. */
static const struct notice *find(const struct ur_natlog *log, const struct flow *f, uint64_t since,
				 bool *plain)
{
	uint64_t kept = log->n < NOTICES ? log->n : NOTICES;
	const struct notice *any = NULL;

	for (uint64_t i = log->n - kept; i < log->n; i++) {
		const struct notice *n = &log->notices[i % NOTICES];

		if (n->ts_ns + EARLY_NS < since || memcmp(&n->flow, f, sizeof(*f)) != 0)
			continue;
		*plain = !rewritten(&n->nat, f) && !n->nat.is_reply;
		if (!*plain)
			return n;
		any = any ?: n;
	}
	return any;
}

/* Is there another one of @f's flow at about that time, of another entry? Two namespaces or
 * two conntrack zones may each have a flow that looks so after translation. */
static bool ambiguous(const struct ur_natlog *log, const struct notice *found, const struct flow *f)
{
	uint64_t kept = log->n < NOTICES ? log->n : NOTICES;

	for (uint64_t i = log->n - kept; i < log->n; i++) {
		const struct notice *n = &log->notices[i % NOTICES];
		uint64_t apart = n->ts_ns > found->ts_ns ? n->ts_ns - found->ts_ns :
							   found->ts_ns - n->ts_ns;

		if (apart > UR_NATLOG_WAIT_NS || memcmp(&n->flow, f, sizeof(*f)) != 0 ||
		    !rewritten(&n->nat, f))
			continue;
		if (n->netns_inum != found->netns_inum || n->nat.dport != found->nat.dport ||
		    memcmp(n->nat.dst, found->nat.dst, sizeof(n->nat.dst)) != 0)
			return true;
	}
	return false;
}

/* A notice can still come: there was an answer, and it left the namespace. */
static bool may_come(const struct ur_event *ev)
{
	return ev->window & UR_WIN_PUSHED && ev->push_ret >= 0 && ev->iif != LOOPBACK;
}

/* Until when a notice for @ev is worth waiting for; 0: it would have come by now. The thread
 * that reads the ring may itself be late: it gets as long from its last record on. */
static uint64_t deadline(const struct ur_natlog *log, const struct ur_event *ev)
{
	uint64_t since = ev->ts_ns > log->heard_ns ? ev->ts_ns : log->heard_ns;

	if (log->told_ns > ev->ts_ns + UR_NATLOG_WAIT_NS)
		return 0;
	return now_ns() < since + UR_NATLOG_WAIT_NS ? since + UR_NATLOG_WAIT_NS : 0;
}

/* Copy the notice that belongs to @ev, whose answer was sent, to *@ret; waits for one. */
static bool await(struct ur_natlog *log, const struct ur_event *ev, const struct flow *f,
		  struct notice *ret, bool *unsure)
{
	const struct notice *found;
	bool plain = false;
	uint64_t until;

	pthread_mutex_lock(&log->lock);
	found = find(log, f, ev->ts_ns, &plain);
	while ((!found || plain) && (until = deadline(log, ev))) {
		const struct timespec end = { until / NS_PER_SEC, until % NS_PER_SEC };

		pthread_cond_timedwait(&log->added, &log->lock, &end);
		found = find(log, f, ev->ts_ns, &plain);
	}
	if (found) {
		*ret = *found;
		*unsure = rewritten(&found->nat, f) && ambiguous(log, found, f);
	}
	pthread_mutex_unlock(&log->lock);
	return found;
}

/* ---- memory ---- */

static void remember(struct ur_natlog *log, const struct ur_evidence *ev, const struct flow *f)
{
	struct memory *m = NULL;

	for (size_t i = 0; i < MEMORIES && !m; i++)
		if (log->memories[i].netns_inum == ev->ev.netns_inum &&
		    memcmp(&log->memories[i].flow, f, sizeof(*f)) == 0)
			m = &log->memories[i];
	if (!m)
		m = &log->memories[log->nmemories++ % MEMORIES];
	m->ts_ns = ev->ev.ts_ns;
	m->netns_inum = ev->ev.netns_inum;
	m->nat_inum = ev->nat_from.netns.inum;
	m->flow = *f;
	m->nat = ev->ev.nat;
}

/* How much @m has in common with a packet @f: 0 when it went elsewhere. */
static int kinship(const struct memory *m, const struct flow *f)
{
	const struct flow *g = &m->flow;

	if (g->family != f->family || g->proto != f->proto || g->dport != f->dport ||
	    memcmp(g->dst, f->dst, sizeof(f->dst)) != 0)
		return 0;
	if (memcmp(g->src, f->src, sizeof(f->src)) != 0)
		return 1;
	return g->sport == f->sport ? 3 : 2;
}

static void recall(const struct ur_natlog *log, struct ur_evidence *ev, const struct flow *f)
{
	const struct memory *best = NULL;
	int most = 0;

	for (size_t i = 0; i < MEMORIES; i++) {
		const struct memory *m = &log->memories[i];
		int k = kinship(m, f);

		if (m->netns_inum != ev->ev.netns_inum || m->ts_ns > ev->ev.ts_ns ||
		    m->ts_ns + MEMORY_NS < ev->ev.ts_ns || k < most || !k)
			continue;
		if (k > most || m->ts_ns > best->ts_ns)
			best = m;
		most = k;
	}
	if (!best)
		return;
	ev->nat_from.source = UR_NAT_REMEMBERED;
	ev->nat_from.netns.inum = best->nat_inum;
	ev->ev.nat = best->nat;
}

/* ---- */

void ur_natlog_ask(struct ur_natlog *log, struct ur_evidence *ev)
{
	const uint16_t own = ev->ev.flags & UR_EV_ENTRY;
	struct notice n;
	bool unsure;
	struct flow f;

	if ((ev->ev.origin != UR_ORIGIN_UDP_MISS && ev->ev.origin != UR_ORIGIN_TCP_MISS) ||
	    !ev->packet.has_ports)
		return;
	f = flow_of(&ev->packet);
	ev->nat_from.netns.inum = ev->ev.netns_inum;
	if (own && (ev->ev.nat.is_reply || rewritten(&ev->ev.nat, &f))) {
		if (!ev->ev.nat.is_reply)
			remember(log, ev, &f);
		return;
	}
	if (!may_come(&ev->ev)) {
		if (!own)
			recall(log, ev, &f);
		return;
	}
	if (!await(log, &ev->ev, &f, &n, &unsure))
		return;
	if (own && !n.nat.is_reply && !rewritten(&n.nat, &f))
		return; /* neither changed it: the nearer one stays */
	ev->ev.flags |= UR_EV_ENTRY;
	ev->ev.nat = n.nat;
	ev->nat_from.source = unsure ? UR_NAT_ONE_OF : UR_NAT_ANSWER;
	ev->nat_from.netns.inum = n.netns_inum;
	if (rewritten(&n.nat, &f))
		remember(log, ev, &f);
}
