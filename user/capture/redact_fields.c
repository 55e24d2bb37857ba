/* SPDX-License-Identifier: GPL-2.0-only */
/* redact_fields.c - which fields of the evidence are names, and of what; all that is not listed as
 * harmless is taken for one. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "user/capture/record_fields.h"
#include "user/capture/redact_parts.h"

#define LEFT_OUT "left out by --redact"

struct walk {
	const struct ur_redact_key *key;
	uint8_t version; /* of the refused packet */
};

/* A field, as "struct.member"; "*.member" is one of any. */
static bool is_one_of(const char *const list[], size_t n, const struct ur_fields *in,
		      const struct ur_field *f)
{
	for (size_t i = 0; i < n; i++) {
		const char *dot = strchr(list[i], '.');
		const size_t len = (size_t)(dot - list[i]);

		if (!strcmp(dot + 1, f->name) &&
		    (*list[i] == '*' ||
		     (strlen(in->name) == len && !strncmp(in->name, list[i], len))))
			return true;
	}
	return false;
}

#define IS_ONE_OF(list, in, f) is_one_of(list, sizeof(list) / sizeof((list)[0]), in, f)

/* What the kernel and this program call things. */
static const char *const kept[] = {
	"ur_place.runtime", "ur_setting.name", "ur_setting.value",
	"ur_way.policy",    "ur_tc.kind",      "ur_evidence.reset_reason",
};

/* Symbols of the kernel: all but those of programs that somebody named. */
static const char *const symbols[] = { "ur_evidence.stack", "ur_evidence.encap" };

/* Sentences and expressions: whatever is in them. */
static const char *const texts[] = {
	"*.reason",
	"*.text",
	"*.comment",
	"ur_nat_now.rule",
	"ur_refuser.selector",
	"ur_matched.element",
	"ur_way.chance_words",
	"ur_way.ways",
	"ur_way.established",
};

/* Addresses of the kernel: that there is one may tell something, which one does not. */
static const char *const pointers[] = { "ur_rule.obj", "ur_event.caller", "ur_event.stack",
					"ur_nat.entry" };

/* Made of the packet, or of a rule's bytes. */
static const char *const digests[] = { "ur_rule.xt_digest", "ur_event.flow", "ur_event.kind" };

/* What a name of such a field is one of. */
static const struct {
	const char *field, *of;
} kinds[] = {
	{ "comm", "proc" },        { "cur_comm", "proc" }, { "waiter_comm", "proc" },
	{ "iifname", "dev" },      { "oifname", "dev" },   { "dev", "dev" },
	{ "in", "dev" },           { "bound_dev", "dev" }, { "slave", "dev" },
	{ "netns_name", "netns" }, { "table", "table" },   { "chain", "chain" },
	{ "base_chain", "chain" }, { "set", "set" },       { "container", "container" },
	{ "pod", "pod" },          { "pod_uid", "pod" },   { "unit", "unit" },
	{ "cgroup", "cgroup" },
};

/* Everybody's: of the kernel, of this program, and of iptables. */
static const char *const common[] = {
	"lo",      "host",     "any",        "filter",      "nat",        "mangle",
	"raw",     "security", "INPUT",      "FORWARD",     "OUTPUT",     "input",
	"forward", "output",   "PREROUTING", "POSTROUTING", "prerouting", "postrouting",
};

static const char *kind_of(const struct ur_fields *in, const struct ur_field *f)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].field, f->name))
			return kinds[i].of;
	return strcmp(in->name, "ur_netns") ? "name" : "netns";
}

static bool is_common(const char *name)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (!strcmp(common[i], name))
			return true;
	return false;
}

/* @at of @size bytes gets @text, and nothing of what was there is left. */
static void put_text(char *at, size_t size, const char *text)
{
	const size_t len = strnlen(text, size - 1);

	memset(at, 0, size);
	memcpy(at, text, len);
}

static void redact_name(const struct walk *w, const char *of, char *at, size_t size)
{
	char name[32], whole[512];
	const size_t len = strnlen(at, size);

	if (!len)
		return;
	snprintf(whole, sizeof(whole), "%.*s", (int)len, at);
	if (is_common(whole)) {
		put_text(at, size, whole);
		return;
	}
	snprintf(name, sizeof(name), "%s-%08" PRIx32, of,
		 (uint32_t)ur_redact_hash(w->key, whole, strlen(whole), 0));
	put_text(at, size, name);
}

static void redact_string(const struct walk *w, const struct ur_fields *in,
			  const struct ur_field *f, char *at)
{
	if (IS_ONE_OF(kept, in, f))
		put_text(at, f->size, strndupa(at, f->size - 1));
	else if (IS_ONE_OF(texts, in, f))
		put_text(at, f->size, *at && !strcmp(f->name, "reason") ? LEFT_OUT : "");
	else if (IS_ONE_OF(symbols, in, f) && !strstr(at, "bpf_prog_"))
		put_text(at, f->size, strndupa(at, f->size - 1));
	else
		redact_name(w, kind_of(in, f), at, f->size);
}

/* A number of the structure @data, 0 when it has none of that name. */
static uint64_t sibling(const struct ur_fields *in, const uint8_t *data, const char *name,
			const char *suffix)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%s%s", name, suffix);
	for (size_t i = 0; i < in->n; i++)
		if (in->field[i].size == 1 && !strcmp(in->field[i].name, wanted))
			return data[in->field[i].offset] + UINT64_C(256);
	return 0;
}

/* Behind a prefix there is nothing. */
static void mask(uint8_t addr[16], size_t bits)
{
	for (size_t i = bits; i < 128; i++)
		addr[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

static void redact_bytes(const struct walk *w, const struct ur_fields *in, const struct ur_field *f,
			 uint8_t *data)
{
	uint64_t family = sibling(in, data, "family", "");
	const uint64_t len = sibling(in, data, f->name, "_len");
	uint8_t *at = data + f->offset;

	if (!strcmp(f->name, "gateway"))
		family = sibling(in, data, "gw_family", "");
	family &= 255;
	if (f->size != 16) {
		memset(at, 0, f->size);
		return;
	}
	ur_redact_address(w->key,
			  !family                          ? w->version :
			  family == 4 || family == AF_INET ? 4 :
							     6,
			  at);
	if (len)
		mask(at, len & 255);
}

static void redact_number(const struct ur_fields *in, const struct ur_field *f, uint8_t *at)
{
	static const uint8_t none[8];
	const bool any = memcmp(at, none, f->size) != 0;

	if (IS_ONE_OF(digests, in, f) || (any && IS_ONE_OF(pointers, in, f))) {
		memset(at, 0, f->size);
		*at = any && IS_ONE_OF(pointers, in, f);
	} else if (any && !strcmp(f->name, "uid")) {
		const uint32_t somebody = 1000;

		memcpy(at, &somebody, sizeof(somebody));
	}
}

static void redact(const struct walk *w, const struct ur_fields *fields, uint8_t *data)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];
		uint8_t *at = data + f->offset;

		for (size_t n = 0; n < f->count; n++, at += f->size) {
			if (f->kind == UR_FIELD_STRUCT)
				redact(w, f->fields, at);
			else if (f->kind == UR_FIELD_STRING || f->kind == UR_FIELD_LABEL)
				redact_string(w, fields, f, (char *)at);
			else if (f->kind == UR_FIELD_BYTES)
				redact_bytes(w, fields, f, data);
			else if (f->kind == UR_FIELD_UINT)
				redact_number(fields, f, at);
		}
	}
}

void ur_redact_evidence(const struct ur_redact_key *key, struct ur_evidence *ev)
{
	const struct walk w = { key, ev->ev.family };
	struct ur_rule_text *rule = &ev->rule;
	const bool had_text = rule->looked == UR_FOUND && rule->text[0];

	ev->ev.snap_len = (uint8_t)ur_redact_packet(key, ev->ev.snap, ev->ev.snap_len);
	memset(&ev->ev.answered, 0, sizeof(ev->ev.answered));
	redact(&w, &ur_evidence_fields, (uint8_t *)ev);
	if (had_text) {
		rule->looked = UR_COULD_NOT;
		put_text(rule->reason, sizeof(rule->reason), LEFT_OUT);
	}
}

void ur_redact_receipt(const struct ur_redact_key *key, struct ur_receipt *r)
{
	const struct walk w = { key, r->rec.family };

	r->rec.snap_len = (uint8_t)ur_redact_packet(key, r->rec.snap, r->rec.snap_len);
	redact(&w, &ur_receipt_fields, (uint8_t *)r);
}
