/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/aggregate/digest.h"

#include <stdlib.h>
#include <string.h>
#include "user/base/addr.h"
#include "user/base/names.h"
#include "user/base/strbuf.h"

#define EPHEMERAL_PORT 32768 /* from here on a port's name is an accident */

const char *ur_digest_name(enum ur_digest_kind kind)
{
	static const char *const names[UR_DIGEST_KINDS] = {
		[UR_DIGEST_CAUSES] = "causes", [UR_DIGEST_PORTS] = "ports",
		[UR_DIGEST_PEERS] = "peers",   [UR_DIGEST_RULES] = "rules",
		[UR_DIGEST_NETNS] = "netns",   [UR_DIGEST_RECEIVED] = "received",
	};

	return names[kind];
}

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* ---- the packet ---- */

static void say_proto(struct ur_buf *out, const struct ur_packet *pkt)
{
	char buf[UR_NUMBER_TEXT];
	const char *name = ur_proto_name(pkt->proto, buf);

	ur_buf_add(out, "%s%s", name == buf ? "protocol " : "", name);
}

static void say_port(struct ur_buf *out, const struct ur_packet *pkt)
{
	char buf[UR_NUMBER_TEXT];

	if (!pkt->family)
		ur_buf_add(out, "not readable");
	else if (pkt->has_ports)
		ur_buf_add(out, "%s/%u", ur_proto_name(pkt->proto, buf), pkt->dport);
	else
		say_proto(out, pkt);
}

static void say_end(struct ur_buf *out, const struct ur_packet *pkt, const uint8_t addr[16],
		    uint16_t port)
{
	char text[UR_ENDPOINT_TEXT];

	ur_buf_add(out, "%s",
		   pkt->has_ports ? ur_endpoint_text(pkt->family, addr, port, text) :
				    ur_addr_text(pkt->family, addr, text));
}

static void say_flow(struct ur_buf *out, const struct ur_packet *pkt, bool several)
{
	if (!pkt->family) {
		ur_buf_add(out, "not readable");
		return;
	}
	if (several) {
		ur_buf_add(out, "several sources > ");
		say_port(out, pkt);
		return;
	}
	say_end(out, pkt, pkt->src, pkt->sport);
	ur_buf_add(out, " > ");
	say_end(out, pkt, pkt->dst, pkt->dport);
	ur_buf_add(out, " ");
	say_proto(out, pkt);
}

/* ---- counting ---- */

/* Of what is counted: how often, when, and what to show of it. */
struct sighting {
	uint64_t count;
	uint64_t seq;
	const struct timespec *time;
	const struct ur_packet *packet;
	bool several; /* packets of other sources and destinations, too */
	const struct ur_report *report;
};

/* The one that counts least, and of these the one that was not seen for longest. */
static struct ur_digest_entry *least(struct ur_digest_table *t)
{
	struct ur_digest_entry *worst = &t->entry[0];

	for (size_t i = 1; i < t->n; i++) {
		struct ur_digest_entry *e = &t->entry[i];

		if (e->count < worst->count ||
		    (e->count == worst->count && before(&e->last, &worst->last)))
			worst = e;
	}
	return worst;
}

static struct ur_digest_entry *place_for(struct ur_digest_table *t, const char *key, uint64_t count)
{
	struct ur_digest_entry *e;

	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->entry[i].key, key))
			return &t->entry[i];
	if (t->n < UR_DIGEST_MAX) {
		e = &t->entry[t->n++];
	} else {
		e = least(t);
		if (e->count > count) {
			t->other += count;
			return NULL;
		}
		t->other += e->count;
	}
	memset(e, 0, sizeof(*e));
	memcpy(e->key, key, strlen(key) + 1);
	return e;
}

/* What the first of its kind was, to stand for all of them. */
static void set_example(struct ur_digest_entry *e, const struct sighting *s)
{
	struct ur_buf flow = UR_BUF(e->flow), why = UR_BUF(e->example), next = UR_BUF(e->next);

	say_flow(&flow, s->packet, s->several);
	ur_buf_add(&why, "%s", s->report->why);
	ur_buf_add(&next, "%s", s->report->advice);
	e->cause = s->report->cause;
	e->confidence = s->report->confidence;
	e->seq = s->seq;
	e->first = *s->time;
}

static void count(struct ur_digest *d, enum ur_digest_kind kind, const struct ur_buf *key,
		  const struct sighting *s)
{
	struct ur_digest_entry *e = place_for(&d->table[kind], key->at, s->count);

	if (!e)
		return;
	if (!e->count)
		set_example(e, s);
	e->count += s->count;
	if (before(s->time, &e->first))
		e->first = *s->time;
	if (before(&e->last, s->time))
		e->last = *s->time;
}

/* ---- what is counted ---- */

/* As advice and verdicts name it, by what does not change while the rule stands. */
static void say_rule(struct ur_buf *out, const struct ur_evidence *ev)
{
	static const char *const engines[] = {
		[UR_ORIGIN_NFT] = "nft",
		[UR_ORIGIN_XT_NFT] = "iptables-nft",
		[UR_ORIGIN_XT] = "iptables",
	};
	const struct ur_rule *rule = &ev->ev.rule;
	uint8_t origin = ur_origin(ev);
	const char *family =
		ur_nf_family_name(origin == UR_ORIGIN_XT ? rule->pf : rule->table_family);

	ur_buf_add(out, "%s", engines[origin]);
	if (family)
		ur_buf_add(out, " %s", family);
	ur_buf_add(out, " %s %s", ur_rule_table(ev), ur_rule_chain(ev));
	if (rule->flags & UR_RULE_HANDLE)
		ur_buf_add(out, " handle %llu", (unsigned long long)rule->handle);
	else if (ev->rule.number)
		ur_buf_add(out, " number %u", ev->rule.number);
	if (ev->netns.looked == UR_FOUND && strcmp(ev->netns.name, "host") != 0)
		ur_buf_add(out, " in %s", ev->netns.name);
	else if (ev->netns.looked != UR_FOUND)
		ur_buf_add(out, " in %u", ev->netns.inum);
}

static void say_netns(struct ur_buf *out, const struct ur_netns *netns)
{
	if (netns->looked == UR_FOUND)
		ur_buf_add(out, "%s", netns->name);
	else
		ur_buf_add(out, "%u", netns->inum);
}

static void say_service(struct ur_buf *out, const struct ur_services *services,
			const struct ur_packet *pkt)
{
	const char *name = pkt->has_ports && pkt->dport < EPHEMERAL_PORT ?
				   ur_services_name(services, pkt->proto, pkt->dport) :
				   NULL;

	if (name)
		ur_buf_add(out, "(%s)", name);
}

static void say_peer(struct ur_buf *out, const struct ur_evidence *ev)
{
	char text[UR_ADDR_TEXT];

	if (ev->like.kind == UR_LIKE_KIND)
		ur_buf_add(out, "several, not told apart");
	else if (!ev->packet.family)
		ur_buf_add(out, "not readable");
	else
		ur_buf_add(out, "%s", ur_addr_text(ev->packet.family, ev->packet.src, text));
}

void ur_digest_add(struct ur_digest *d, const struct ur_evidence *ev,
		   const struct ur_report *report)
{
	const struct sighting s = { .count = ev->count ?: 1,
				    .seq = ev->seq,
				    .time = &ev->time,
				    .packet = &ev->packet,
				    .several = ev->like.kind == UR_LIKE_KIND,
				    .report = report };
	char text[UR_DIGEST_KEY];
	struct ur_buf key = UR_BUF(text);

	ur_buf_add(&key, "%s", ur_cause_info(report->cause)->slug);
	count(d, UR_DIGEST_CAUSES, &key, &s);
	key = UR_BUF(text);
	say_port(&key, &ev->packet);
	say_service(&key, d->services, &ev->packet);
	count(d, UR_DIGEST_PORTS, &key, &s);
	key = UR_BUF(text);
	say_peer(&key, ev);
	count(d, UR_DIGEST_PEERS, &key, &s);
	key = UR_BUF(text);
	say_netns(&key, &ev->netns);
	count(d, UR_DIGEST_NETNS, &key, &s);
	if (!ur_by_rule(ev))
		return;
	key = UR_BUF(text);
	say_rule(&key, ev);
	count(d, UR_DIGEST_RULES, &key, &s);
}

/* "10.0.0.9 port-unreachable about 10.0.0.9 udp/53: dig" */
void ur_digest_add_received(struct ur_digest *d, const struct ur_receipt *r,
			    const struct ur_report *report)
{
	const struct sighting s = {
		.count = 1, .seq = r->seq, .time = &r->time, .packet = &r->packet, .report = report
	};
	const struct ur_owners *told = &r->told[0];
	char text[UR_DIGEST_KEY], addr[UR_ADDR_TEXT];
	struct ur_buf key = UR_BUF(text);

	ur_buf_add(&key, "%s %s about ", ur_addr_text(r->rec.family, r->rec.from, addr),
		   ur_icmp_name(r->rec.family, r->rec.type, r->rec.code));
	if (r->packet.family)
		ur_buf_add(&key, "%s ", ur_addr_text(r->packet.family, r->packet.dst, addr));
	say_port(&key, &r->packet);
	if (r->rec.flags & UR_RC_MADE)
		ur_buf_add(&key, ", generated here");
	ur_buf_add(&key, ": %s", ur_delivery_name(ur_delivery_of(r)));
	if (r->rec.ntold && told->looked == UR_FOUND && told->n)
		ur_buf_add(&key, " %s", told->one[0].comm);
	count(d, UR_DIGEST_RECEIVED, &key, &s);
}

/* ---- the end ---- */

static int most_first(const void *one, const void *two)
{
	const struct ur_digest_entry *a = one, *b = two;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return before(&a->first, &b->first) ? -1 : before(&b->first, &a->first);
}

void ur_digest_sort(struct ur_digest *d)
{
	for (int kind = 0; kind < UR_DIGEST_KINDS; kind++)
		qsort(d->table[kind].entry, d->table[kind].n, sizeof(d->table[kind].entry[0]),
		      most_first);
}
