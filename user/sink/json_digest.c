/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_digest.h"

#include <inttypes.h>
#include "user/base/age.h"
#include "user/sink/json_event.h"
#include "user/base/strbuf.h"

#define NS_PER_MS UINT64_C(1000000)

static void put_suppressed(struct ur_node root, const struct ur_totals *t)
{
	struct ur_node n = node_new(root.failed);

	for (int i = UR_SUPP_NONE + 1; i < UR_SUPP_MAX_; i++)
		if (t->suppressed_by[i])
			put_number(n, ur_suppressed_name(i), t->suppressed_by[i]);
	put(root, "suppressed_by", n.object);
}

/* All that the kernel side counted; of the rest, those that were looked at. */
static void put_generated(struct ur_node root, const struct ur_totals *t)
{
	struct ur_node n = node_new(root.failed);
	uint64_t all = ur_totals_generated(t);

	put_number(n, "total", all);
	put_number(n, "sent", t->outcome[UR_OUTCOME_SENT]);
	put_number(n, "suppressed", t->outcome[UR_OUTCOME_SUPPRESSED]);
	put_number(n, "unknown", t->outcome[UR_OUTCOME_UNKNOWN]);
	put_suppressed(n, t);
	put_number(n, "ipv4", t->explained - t->explained6);
	put_number(n, "ipv6", t->explained6);
	put_number(n, "without_details", all > t->explained ? all - t->explained : 0);
	put(root, "generated", n.object);
}

static void put_received(struct ur_node root, const struct ur_totals *t)
{
	struct ur_node n;

	if (!t->received_asked)
		return;
	n = node_new(root.failed);
	put_number(n, "total", t->received + t->received_lost);
	for (int i = 0; i <= UR_DELIVERY_NO_SOCKET; i++)
		put_number(n, ur_delivery_name(i), t->delivery[i]);
	put_number(n, "generated_here", t->received_made_here);
	put_number(n, "without_details", t->received_lost);
	put(root, "received", n.object);
}

static void put_entry(struct ur_node root, json_t *array, const struct ur_digest_entry *e,
		      bool received)
{
	struct ur_node n = node_new(root.failed), example = node_new(root.failed);

	put_string(n, "key", e->key);
	put_number(n, "count", e->count);
	ur_json_time_as(n, "first", &e->first);
	ur_json_time_as(n, "last", &e->last);
	put_number(example, "seq", e->seq);
	put_string(example, "flow", e->flow);
	if (!received) {
		put_string(example, "cause", ur_cause_info(e->cause)->slug);
		put_string(example, "confidence", ur_confidence_name(e->confidence));
	}
	put_string(example, "why", e->example);
	if (e->next[0])
		put_string(example, "advice", e->next);
	put(n, "example", example.object);
	append(root, array, n.object);
}

static void put_table(struct ur_node top, enum ur_digest_kind kind, const struct ur_digest_table *t)
{
	struct ur_node n;
	json_t *array;

	if (!t->n)
		return;
	n = node_new(top.failed);
	array = json_array();
	for (size_t i = 0; i < t->n; i++)
		put_entry(n, array, &t->entry[i], kind == UR_DIGEST_RECEIVED);
	put(n, "entries", array);
	put_number(n, "other", t->other);
	put(top, ur_digest_name(kind), n.object);
}

static void put_why(struct ur_node root, const struct ur_totals *t)
{
	char text[256];
	struct ur_buf why = UR_BUF(text);

	ur_totals_say(&why, t);
	put_string(root, "why", text);
}

json_t *ur_json_digest(const struct ur_digest *digest, const struct ur_totals *t)
{
	bool failed = false;
	struct ur_node root = node_new(&failed), top = node_new(&failed);

	put_number(root, "schema", UR_JSON_SCHEMA);
	ur_json_time_as(root, "time", &t->time);
	put_string(root, "answer", "summary");
	put_number(root, "duration_ms", t->ns / NS_PER_MS);
	put_why(root, t);
	put_generated(root, t);
	put_received(root, t);
	for (int kind = 0; kind < UR_DIGEST_KINDS; kind++)
		put_table(top, kind, &digest->table[kind]);
	put(root, "top", top.object);
	if (!failed)
		return root.object;
	json_decref(root.object);
	return NULL;
}
