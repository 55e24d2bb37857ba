/* SPDX-License-Identifier: GPL-2.0-only */
/* way.c - the words for how the packet came to the rule, and what that means. */
#include "user/verdict/parts.h"

#include <string.h>
#include "user/base/names.h"

#define SHOWN_MAX 6 /* chains of a long way */

/* ---- in the sentence itself ---- */

static void say_steps(struct ur_buf *out, const struct ur_way *way)
{
	const uint32_t n = way->nsteps;
	const uint32_t cut = n > SHOWN_MAX ? n - SHOWN_MAX : 0;

	for (uint32_t i = 0; i < n; i++) {
		if (cut && i == 1) {
			i += cut;
			ur_buf_add(out, " > ...");
		}
		ur_buf_add(out, "%s%s", i ? " > " : "", way->step[i].chain);
	}
}

void ur_say_way(struct ur_buf *out, const struct ur_evidence *ev)
{
	const char *hook = ur_nf_hook_name(ev->ev.rule.pf, ev->ev.rule.hook);
	const char *base = ev->rule.base_chain;
	const char *chain = ur_rule_chain(ev);

	if (!hook)
		return;
	if (ev->way.known && ev->way.nsteps) {
		ur_buf_add(out, " (hook %s, %sreached from ", hook,
			   ev->way.proven ? "" : "probably ");
		say_steps(out, &ev->way);
		ur_buf_add(out, ")");
	} else if (*base && *chain && strcmp(base, chain) != 0) {
		ur_buf_add(out, " (hook %s, reached from %s)", hook, base);
	} else if (strcasecmp(hook, chain) != 0) {
		ur_buf_add(out, " (hook %s)", hook);
	}
}

/* ---- what led there ---- */

/* iptables' words begin with the chain. */
static void say_step(struct ur_buf *out, const struct ur_step *step)
{
	if (strncmp(step->text, "-A ", 3) != 0) {
		ur_buf_add(out, "%s", step->chain);
		if (step->handle)
			ur_buf_add(out, " handle %llu", (unsigned long long)step->handle);
		ur_buf_add(out, ": ");
	}
	ur_buf_add(out, "%s", step->text[0] ? step->text : "a rule whose text is not known");
}

/* Jumps without a match decide nothing, and are seen in the path. */
const char *ur_find_way(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_way *way = &c->ev->way;
	bool said = false;

	for (uint32_t i = 0; way->known && i < way->nsteps; i++) {
		if (way->step[i].always)
			continue;
		ur_buf_add(out, said        ? ", then " :
				way->proven ? "led there by " :
					      "probably led there by ");
		say_step(out, &way->step[i]);
		said = true;
	}
	return said ? "note.way" : NULL;
}

/* "input\nzone_a" */
static void say_listed(struct ur_buf *out, const char *way)
{
	for (; *way; way += strcspn(way, "\n"), way += *way == '\n') {
		const size_t len = strcspn(way, "\n");

		ur_buf_add(out, "%.*s%s", (int)len, way, way[len] && way[len + 1] ? " > " : "");
	}
}

const char *ur_find_ways(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_way *way = &c->ev->way;

	if (way->known || way->nways < 2)
		return NULL;
	ur_buf_add(out, "%s%u ways lead to the rule, and which one the packet took is not known: ",
		   way->more_ways ? "at least " : "", way->nways);
	for (uint32_t i = 0; i < way->nways && i < UR_WAYS_MAX; i++) {
		ur_buf_add(out, "%s", i ? "; " : "");
		say_listed(out, way->ways[i]);
	}
	if (way->nways > UR_WAYS_MAX)
		ur_buf_add(out, "; ...");
	return "note.several-ways";
}

/* ---- which element of a set or map ---- */

static void say_matched(struct ur_buf *out, const struct ur_matched *m)
{
	const char *kind = m->map ? "map" : "set";

	if (!m->element[0]) {
		ur_buf_add(out, "%s %s, whose elements can't be read here", kind, m->set);
		return;
	}
	ur_buf_add(out, "%selement %s", m->proven ? "" : "probably ", m->element);
	if (m->comment[0])
		ur_buf_add(out, " (\"%s\")", m->comment);
	ur_buf_add(out, " of %s %s", kind, m->set);
}

const char *ur_find_matched(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_way *way = &c->ev->way;

	for (uint32_t i = 0; i < way->nmatched && i < UR_MATCHED_MAX; i++) {
		ur_buf_add(out, i ? ", and " : "matched ");
		say_matched(out, &way->matched[i]);
	}
	return way->nmatched ? "note.matched" : NULL;
}

/* ---- what the rule means ---- */

const char *ur_find_catch_all(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_evidence *ev = c->ev;
	const char *base = ev->way.nsteps ? ev->way.step[0].chain : ur_rule_chain(ev);

	if (!ev->way.known || !ev->way.catch_all)
		return NULL;
	ur_buf_add(out,
		   "%sthe catch-all at the end of base chain %s: no rule there allowed the "
		   "packet",
		   ev->way.proven ? "" : "probably ", base);
	return "note.catch-all";
}

/* The state of the connection and marks are left to --json: nearly every rule set asks for
 * them, and the note would stand under each event. */
const char *ur_find_varies(const struct ur_case *c, struct ur_buf *out)
{
	static const char *const kinds[] = {
		[UR_CHANCE_RANDOM] = "by chance or turn",
		[UR_CHANCE_RATE] = "by rate or number",
		[UR_CHANCE_TIME] = "by the time of day",
	};
	const struct ur_way *way = &c->ev->way;

	if (way->chance == UR_CHANCE_NONE || way->chance > UR_CHANCE_TIME)
		return NULL;
	ur_buf_add(out, "not every such packet is rejected: the rule matches %s (%s)",
		   kinds[way->chance], way->chance_words);
	return "note.varies";
}

const char *ur_find_accepted(const struct ur_case *c, struct ur_buf *out)
{
	const struct ur_earlier *a = &c->ev->way.accepted;
	const char *family = ur_nf_family_name(a->family);

	if (!a->there)
		return NULL;
	ur_buf_add(out, "%s%s%s %s", family ?: "", family ? " " : "", a->table, a->chain);
	if (a->handle)
		ur_buf_add(out, " handle %llu", (unsigned long long)a->handle);
	ur_buf_add(out,
		   " probably accepted it before: %s; accept is final in its own base chain "
		   "only",
		   a->text);
	return "note.accepted-before";
}
