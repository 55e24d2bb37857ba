/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/serve/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include "user/base/names.h"

#define ANSWERS     256 /* series of each kind */
#define CAUSES      256
#define PORTS       64
#define PORT_LEAST  16  /* refusals until a port has a series of its own: a scan makes none */
#define NAMESPACES  128 /* whose names are remembered */
#define UNNAMED_NS  (10 * UINT64_C(1000000000))
#define NUMBER_TEXT 24

struct name {
	uint64_t cookie;
	uint64_t used_ns;
	uint32_t inum; /* 0: free */
	char name[UR_LABEL_TEXT];
};

struct ur_metrics {
	pthread_mutex_t lock; /* of all down to the next comment */
	struct ur_series_set *answers, *causes, *ports;
	struct name name[NAMESPACES];
	struct ur_totals totals;
	/* of the thread that drains */
	_Atomic uint64_t beat_ns;
	_Atomic uint64_t missed;
	_Atomic bool missed_known;
	_Atomic uint32_t attached, waiting, absent, failed;
};

int ur_metrics_new(struct ur_metrics **ret)
{
	ur_cleanup(ur_metrics_freep) struct ur_metrics *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	pthread_mutex_init(&m->lock, NULL);
	r = ur_series_new(5, ANSWERS, 1, &m->answers);
	r = r ?: ur_series_new(3, CAUSES, 1, &m->causes);
	r = r ?: ur_series_new(3, PORTS, PORT_LEAST, &m->ports);
	if (!r)
		*ret = ur_take(m);
	return r;
}

void ur_metrics_free(struct ur_metrics *m)
{
	if (!m)
		return;
	pthread_mutex_destroy(&m->lock);
	ur_series_free(m->answers);
	ur_series_free(m->causes);
	ur_series_free(m->ports);
	free(m);
}

/* ---- names of namespaces ---- */

static struct name *find_name(struct ur_metrics *m, uint32_t inum, uint64_t cookie)
{
	for (size_t i = 0; i < NAMESPACES; i++)
		if (m->name[i].inum == inum && m->name[i].cookie == cookie)
			return &m->name[i];
	return NULL;
}

static void put_number(char text[UR_LABEL_TEXT], uint32_t number)
{
	snprintf(text, UR_LABEL_TEXT, "%" PRIu32, number);
}

/* The place that is free, or was not used for longest. */
static struct name *oldest_name(struct ur_metrics *m)
{
	struct name *oldest = &m->name[0];

	for (size_t i = 1; i < NAMESPACES; i++)
		if (m->name[i].used_ns < oldest->used_ns)
			oldest = &m->name[i];
	return oldest;
}

/* Remember what the enrichers found; what is longer than a label is cut there. */
static const char *learn_name(struct ur_metrics *m, const struct ur_evidence *ev, uint64_t now)
{
	struct name *n = find_name(m, ev->ev.netns_inum, ev->ev.netns_cookie) ?: oldest_name(m);

	if (n->inum != ev->ev.netns_inum || n->cookie != ev->ev.netns_cookie)
		*n = (struct name){ .inum = ev->ev.netns_inum, .cookie = ev->ev.netns_cookie };
	n->used_ns = now;
	if (ev->netns.looked == UR_FOUND)
		snprintf(n->name, sizeof(n->name), "%.*s", (int)sizeof(n->name) - 1,
			 ev->netns.name);
	else if (!n->name[0])
		put_number(n->name, n->inum);
	return n->name;
}

/* ---- counting ---- */

void ur_metrics_event(struct ur_metrics *m, const struct ur_evidence *ev,
		      const struct ur_report *report, uint64_t now)
{
	char proto[UR_NUMBER_TEXT];
	const char *labels[] = { NULL, ur_proto_name(ev->packet.proto, proto),
				 ur_cause_info(report->cause)->slug };

	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	/* A line of several was named when its first was looked at. */
	if (ev->like.kind && find_name(m, ev->ev.netns_inum, ev->ev.netns_cookie))
		labels[0] = find_name(m, ev->ev.netns_inum, ev->ev.netns_cookie)->name;
	else
		labels[0] = learn_name(m, ev, now);
	ur_series_add(m->causes, labels, ev->count ?: 1, now);
	pthread_mutex_unlock(&m->lock);
}

/* As the verdict has it, for what is known of many at once. */
static enum ur_outcome outcome_of(const struct ur_kind_key *key, uint32_t out, uint32_t missing)
{
	bool reset = key->origin == UR_ORIGIN_TCP_MISS || key->origin == UR_ORIGIN_TCP_SOCK;
	uint32_t blind = UR_MISSING_OUTCOME_PUSH;

	if (!reset)
		blind |= UR_MISSING_OUTCOME_GLOBAL | UR_MISSING_OUTCOME_PEER;
	if (out == UR_OUT_SENT)
		return UR_OUTCOME_SENT;
	if (out == UR_OUT_EARLY && missing & blind)
		return UR_OUTCOME_UNKNOWN;
	return out == UR_OUT_UNSEEN ? UR_OUTCOME_UNKNOWN : UR_OUTCOME_SUPPRESSED;
}

static void count_port(struct ur_metrics *m, const char *netns, const char *proto, uint16_t port,
		       uint64_t n, uint64_t now)
{
	char number[NUMBER_TEXT];
	const char *labels[] = { netns, proto, number };

	snprintf(number, sizeof(number), "%u", port);
	if (port)
		ur_series_add(m->ports, labels, n, now);
}

/* Under the lock. */
static bool count(struct ur_metrics *m, const struct ur_kind_key *key, uint64_t n,
		  enum ur_outcome outcome, bool wait, uint64_t now)
{
	const struct name *name = find_name(m, key->netns_inum, key->netns_cookie);
	char proto[UR_NUMBER_TEXT], number[UR_LABEL_TEXT];
	const char *labels[] = { number, key->family == 6 ? "ipv6" : "ipv4",
				 ur_proto_name(key->proto, proto),
				 key->answer == UR_ANSWER_RST ?
					 "tcp-reset" :
					 ur_icmp_name(key->family, key->type, key->code),
				 ur_outcome_name(outcome) };

	if (!name && wait)
		return false;
	put_number(number, key->netns_inum);
	if (name)
		labels[0] = name->name;
	ur_series_add(m->answers, labels, n, now);
	count_port(m, labels[0], labels[2], key->dport, n, now);
	return true;
}

/* A reading of the tally. */
struct reading {
	struct ur_metrics *metrics;
	uint32_t missing;
	uint64_t now_ns;
	bool waits;
};

static bool on_count(void *arg, const struct ur_kind_key *key, uint32_t out, uint64_t n,
		     uint64_t last)
{
	static const char *const others[] = { UR_OTHER, UR_OTHER, UR_OTHER, UR_OTHER, UR_OTHER };
	struct reading *r = arg;

	if (key->family) {
		bool counted = count(r->metrics, key, n, outcome_of(key, out, r->missing),
				     last + UNNAMED_NS > r->now_ns, r->now_ns);

		r->waits = r->waits || !counted;
		return counted;
	}
	/* The kernel side had no place for its kind. */
	ur_series_add(r->metrics->answers, others, n, r->now_ns);
	return true;
}

bool ur_metrics_count(struct ur_metrics *m, struct ur_tally *tally, uint32_t missing, uint64_t now)
{
	struct reading r = { m, missing, now, false };

	pthread_mutex_lock(&m->lock);
	ur_tally_count(tally, on_count, &r);
	pthread_mutex_unlock(&m->lock);
	return !r.waits;
}

void ur_metrics_totals(struct ur_metrics *m, const struct ur_totals *totals)
{
	if (!m)
		return;
	pthread_mutex_lock(&m->lock);
	m->totals = *totals;
	pthread_mutex_unlock(&m->lock);
}

/* ---- the thread that drains ---- */

void ur_metrics_beat(struct ur_metrics *m, uint64_t now)
{
	atomic_store(&m->beat_ns, now);
}

void ur_metrics_programs(struct ur_metrics *m, bool known, uint64_t missed,
			 const struct ur_metrics_hooks *hooks)
{
	atomic_store(&m->missed, missed);
	atomic_store(&m->missed_known, known);
	atomic_store(&m->attached, hooks->attached);
	atomic_store(&m->waiting, hooks->waiting);
	atomic_store(&m->absent, hooks->absent);
	atomic_store(&m->failed, hooks->failed);
}

uint64_t ur_metrics_age(const struct ur_metrics *m, uint64_t now)
{
	uint64_t beat = atomic_load(&m->beat_ns);

	return now > beat ? now - beat : 0;
}

int ur_metrics_render(struct ur_metrics *m, const struct ur_metrics_now *now, enum ur_form form,
		      FILE *out)
{
	struct ur_metrics_view view = {
		.answers = m->answers,
		.causes = m->causes,
		.ports = m->ports,
		.totals = &m->totals,
		.now = now,
		.hooks = { m->attached, m->waiting, m->absent, m->failed },
		.missed_known = m->missed_known,
		.missed = m->missed,
		.age_ns = ur_metrics_age(m, now->mono_ns),
	};

	pthread_mutex_lock(&m->lock);
	ur_metrics_write(&view, form, out);
	pthread_mutex_unlock(&m->lock);
	return ur_sink_flush(out);
}
