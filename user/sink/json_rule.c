/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/json_rule.h"

#include <string.h>
#include "user/verdict/manager.h"
#include "user/base/names.h"
#include "user/verdict.h"

static const char *engine(const struct ur_evidence *ev)
{
	return ur_origin(ev) == UR_ORIGIN_NFT    ? "nft" :
	       ur_origin(ev) == UR_ORIGIN_XT_NFT ? "iptables-nft" :
						   "iptables";
}

static const char *rule_family(const struct ur_evidence *ev)
{
	if (ur_origin(ev) == UR_ORIGIN_XT)
		return ev->ev.family == 6 ? "ip6" : "ip";
	return ur_rule_family(ev);
}

/* The text and what belongs to it: never of another rule than the one that fired. */
static void put_rule_text(struct ur_node n, const struct ur_rule_text *rule)
{
	bool found = rule->looked == UR_FOUND;

	put_known(n, "text", found ? rule->text : NULL);
	if (rule->comment[0] && rule->looked != UR_CHANGED)
		put_string(n, "comment", rule->comment);
	else if (!found)
		put(n, "comment", json_null());
	if (!found && rule->reason[0])
		put_string(n, "reason", rule->reason);
}

static void put_rule_number(struct ur_node n, const struct ur_evidence *ev)
{
	if (ur_origin(ev) != UR_ORIGIN_XT)
		put(n, "handle",
		    ev->ev.rule.flags & UR_RULE_HANDLE ?
			    json_integer((json_int_t)ev->ev.rule.handle) :
			    json_null());
	if (ev->rule.number)
		put_number(n, "number", ev->rule.number);
	else if (ur_origin(ev) == UR_ORIGIN_XT)
		put(n, "number", json_null());
}

/* ---- how the packet came to the rule ---- */

static void put_confidence(struct ur_node n, const char *key, bool proven)
{
	put_string(n, key, ur_confidence_name(proven ? UR_PROVEN : UR_LIKELY));
}

/* "input\nzone_public" as an array. */
static json_t *chains(struct ur_node n, const char *text)
{
	json_t *array = json_array();
	char name[UR_WAY_CHAIN_MAX];

	while (*text) {
		size_t len = strcspn(text, "\n");

		memcpy(name, text, len);
		name[len] = '\0';
		append(n, array, string(name));
		text += len + (text[len] == '\n');
	}
	return array;
}

/* null where it is not known; one that holds the rule itself is its own way. */
static void put_path(struct ur_node n, const struct ur_evidence *ev)
{
	const struct ur_way *way = &ev->way;
	const char *chain = ur_rule_chain(ev);
	const bool in_base = *ev->rule.base_chain && !strcmp(ev->rule.base_chain, chain);
	json_t *array;

	if (!way->known && !in_base) {
		put(n, "path", json_null());
		if (way->reason[0])
			put_string(n, "path_reason", way->reason);
		return;
	}
	array = json_array();
	for (uint32_t i = 0; i < way->nsteps; i++)
		append(n, array, string(way->step[i].chain));
	append(n, array, string(chain));
	put(n, "path", array);
	put_confidence(n, "path_confidence", way->proven || in_base);
}

static void put_paths(struct ur_node n, const struct ur_way *way)
{
	json_t *array;

	if (way->known || !way->nways)
		return;
	array = json_array();
	for (uint32_t i = 0; i < way->nways && i < UR_WAYS_MAX; i++)
		append(n, array, chains(n, way->ways[i]));
	put(n, "paths", array);
	put_number(n, "paths_total", way->nways);
	put_flag(n, "paths_more", way->more_ways);
}

/* The rules that led on, base chain first. */
static void put_way(struct ur_node n, const struct ur_way *way)
{
	json_t *array;

	if (!way->known || !way->nsteps)
		return;
	array = json_array();
	for (uint32_t i = 0; i < way->nsteps; i++) {
		const struct ur_step *s = &way->step[i];
		struct ur_node step = node_new(n.failed);

		put_string(step, "chain", s->chain);
		if (s->handle)
			put_number(step, "handle", s->handle);
		put_number(step, "number", s->number);
		put_string(step, "text", s->text);
		put_flag(step, "goto", s->goes);
		append(n, array, step.object);
	}
	put(n, "way", array);
}

static void put_matched(struct ur_node n, const struct ur_way *way)
{
	json_t *array;

	if (!way->nmatched)
		return;
	array = json_array();
	for (uint32_t i = 0; i < way->nmatched; i++) {
		const struct ur_matched *m = &way->matched[i];
		struct ur_node one = node_new(n.failed);

		put_string(one, m->map ? "map" : "set", m->set);
		put_known(one, "element", m->element);
		if (m->comment[0])
			put_string(one, "comment", m->comment);
		put_confidence(one, "confidence", m->proven);
		append(n, array, one.object);
	}
	put(n, "matched", array);
}

static void put_varies(struct ur_node n, const struct ur_way *way)
{
	static const char *const kinds[] = {
		[UR_CHANCE_RANDOM] = "random", [UR_CHANCE_RATE] = "rate", [UR_CHANCE_TIME] = "time",
		[UR_CHANCE_STATE] = "state",   [UR_CHANCE_MARK] = "mark",
	};
	struct ur_node one;

	if (!way->chance)
		return;
	one = node_new(n.failed);
	put_string(one, "by", kinds[way->chance]);
	put_string(one, "words", way->chance_words);
	put(n, "varies", one.object);
}

static void put_manager(struct ur_node n, const struct ur_evidence *ev)
{
	struct ur_managed managed;
	struct ur_node one;

	ur_managed_by(ev, &managed);
	if (!managed.by)
		return;
	put_string(n, "manager", ur_manager_name(managed.by));
	if (!ur_managed_kind_name(managed.kind))
		return;
	one = node_new(n.failed);
	put_string(one, "kind", ur_managed_kind_name(managed.kind));
	if (managed.what[0])
		put_string(one, "name", managed.what);
	put_confidence(one, "confidence", managed.proven);
	put(n, "managed", one.object);
}

static void put_accepted(struct ur_node n, const struct ur_earlier *earlier)
{
	const char *family = ur_nf_family_name(earlier->family);
	struct ur_node one;

	if (!earlier->there)
		return;
	one = node_new(n.failed);
	put_known(one, "family", family);
	put_string(one, "table", earlier->table);
	put_string(one, "chain", earlier->chain);
	if (earlier->handle)
		put_number(one, "handle", earlier->handle);
	put_string(one, "text", earlier->text);
	put_confidence(one, "confidence", false);
	put(n, "accepted_before", one.object);
}

static void put_rule_way(struct ur_node n, const struct ur_evidence *ev)
{
	const struct ur_way *way = &ev->way;

	put_known(n, "base_chain", ev->rule.base_chain);
	if (ev->rule.base_chain[0])
		put(n, "priority", json_integer(ev->rule.priority));
	if (way->policy[0])
		put_string(n, "policy", way->policy);
	put_path(n, ev);
	put_paths(n, way);
	put_way(n, way);
	put_matched(n, way);
	if (way->known)
		put(n, "catch_all", json_boolean(way->catch_all));
	if (way->established[0])
		put_string(n, "new_only", way->established);
	put_varies(n, way);
	put_accepted(n, &way->accepted);
}

static bool rule_seen(const struct ur_evidence *ev)
{
	return ev->ev.rule.flags & (UR_RULE_HANDLE | UR_RULE_CHAIN | UR_RULE_TABLE | UR_RULE_XT);
}

void ur_json_rule(struct ur_node root, const struct ur_evidence *ev)
{
	const struct ur_rule *rule = &ev->ev.rule;
	struct ur_node n;

	if (!ur_by_rule(ev))
		return;
	if (!rule_seen(ev)) {
		put(root, "rule", json_null());
		return;
	}
	n = node_new(root.failed);
	put_string(n, "engine", engine(ev));
	put_known(n, "family", rule_family(ev));
	put_known(n, "table", ur_rule_table(ev));
	put_known(n, "chain", ur_rule_chain(ev));
	put_rule_number(n, ev);
	put_rule_text(n, &ev->rule);
	put_known(n, "hook", ur_nf_hook_name(rule->pf, rule->hook));
	put_rule_way(n, ev);
	put_manager(n, ev);
	if (rule->iif)
		put_known(n, "iif", rule->iifname);
	if (rule->oif)
		put_known(n, "oif", rule->oifname);
	put(root, "rule", n.object);
}
