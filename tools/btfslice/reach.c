// SPDX-License-Identifier: GPL-2.0-only
/* reach.c - phase 1: from the wanted types to all that they need. */
#include "tools/btfslice/slice.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_record(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_fwd(t);
}

/* Are both the same C type? Names decide, so that a type which several modules carry
 * comes once, and a declaration in one of them meets the definition in another. */
static bool same_type(const struct node *n, const struct btf *btf, const struct btf_type *t)
{
	const char *name = name_of(btf, t);

	if (n->type == t)
		return true;
	if (!*name || strcmp(name, name_of(n->btf, n->type)))
		return false;
	if (is_record(t) && is_record(n->type))
		return true;
	return btf_kind(t) == btf_kind(n->type) && !btf_is_func(t) && !btf_is_var(t);
}

/* The definition of a struct or union that one file only declares. */
static int definition(const struct slice *s, const char *name, const struct btf **btf)
{
	for (int i = 0; i < s->nin; i++) {
		int id = btf__find_by_name_kind(s->in[i], name, BTF_KIND_STRUCT);

		if (id < 0)
			id = btf__find_by_name_kind(s->in[i], name, BTF_KIND_UNION);
		if (id > 0) {
			*btf = s->in[i];
			return id;
		}
	}
	return -ENOENT;
}

static void visit_members(struct slice *s, const struct btf *btf, const struct btf_type *t,
			  struct want *w)
{
	const struct btf_member *m = btf_members(t);

	for (int i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, m[i].name_off);
		const struct btf_type *mt = btf__type_by_id(btf, m[i].type);

		if (w && w->nfields && !*name && btf_is_composite(mt))
			visit_members(s, btf, mt, w);
		else if (wants_field(w, name))
			visit(s, btf, m[i].type, true);
	}
}

/* Visit what node n refers to. */
static void visit_children(struct slice *s, struct node n)
{
	const struct btf_param *p = btf_params(n.type);

	switch (btf_kind(n.type)) {
	case BTF_KIND_PTR:
		visit(s, n.btf, n.type->type, false);
		break;
	case BTF_KIND_ARRAY:
		visit(s, n.btf, btf_array(n.type)->type, true);
		visit(s, n.btf, btf_array(n.type)->index_type, true);
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
		visit(s, n.btf, n.type->type, n.full);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (n.full)
			visit_members(s, n.btf, n.type, n.want);
		break;
	case BTF_KIND_FUNC_PROTO:
		visit(s, n.btf, n.type->type, false);
		for (int i = 0; i < btf_vlen(n.type); i++)
			visit(s, n.btf, p[i].type, false);
		break;
	default:
		break;
	}
}

/* Type tags (__rcu, __percpu) mean nothing to a C compiler's layout: look through. */
static const struct btf_type *strip_tags(const struct btf *btf, __u32 *id)
{
	const struct btf_type *t = btf__type_by_id(btf, *id);

	while (*id && btf_is_type_tag(t)) {
		*id = t->type;
		t = btf__type_by_id(btf, *id);
	}
	return t;
}

int visit(struct slice *s, const struct btf *btf, __u32 id, bool full)
{
	const struct btf_type *t = strip_tags(btf, &id);
	struct want *w;
	int i, def;

	if (!id)
		return 0;
	w = is_record(t) || btf_is_any_enum(t) ? want_of(s, name_of(btf, t)) : NULL;
	full |= w || !*name_of(btf, t);
	if (full && btf_is_fwd(t)) {
		def = definition(s, name_of(btf, t), &btf);
		id = def > 0 ? (__u32)def : id;
		t = btf__type_by_id(btf, id);
	}
	for (i = 0; i < s->nnodes; i++)
		if (same_type(&s->nodes[i], btf, t))
			break;
	if (i == s->nnodes) {
		s->nodes = grow(s->nodes, s->nnodes, sizeof(*s->nodes));
		s->nodes[s->nnodes++] = (struct node){ btf, t, id, w, full };
		visit_children(s, s->nodes[i]);
	} else if (full && !s->nodes[i].full) { /* so far only behind a pointer */
		s->nodes[i] = (struct node){ btf, t, id, w, full };
		visit_children(s, s->nodes[i]);
	}
	return i + 1;
}

/* The anonymous enum that holds the constant, for list lines such as "{BPF_ANY}". */
static int find_constant(const struct btf *btf, const char *constant)
{
	size_t len = strlen(constant) - 2;

	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		for (int i = 0; btf_is_any_enum(t) && i < btf_vlen(t); i++) {
			__u32 off = btf_is_enum(t) ? btf_enum(t)[i].name_off :
						     btf_enum64(t)[i].name_off;
			const char *name = btf__name_by_offset(btf, off);

			if (strlen(name) == len && !strncmp(name, constant + 1, len))
				return id;
		}
	}
	return -ENOENT;
}

static int find_type(const struct btf *btf, const char *name)
{
	static const __u32 kinds[] = { BTF_KIND_STRUCT, BTF_KIND_UNION,   BTF_KIND_ENUM,
				       BTF_KIND_ENUM64, BTF_KIND_TYPEDEF, BTF_KIND_INT };
	int id = *name == '{' ? find_constant(btf, name) : -ENOENT;

	for (size_t i = 0; id < 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
		id = btf__find_by_name_kind(btf, name, kinds[i]);
	return id;
}

bool visit_wanted(struct slice *s, struct want *w)
{
	int id = -ENOENT;
	bool ok = true;

	for (int i = 0; i < s->nin && id < 0; i++) {
		id = find_type(s->in[i], w->name);
		if (id > 0)
			visit(s, s->in[i], id, true);
	}
	if (id < 0 && !w->optional) {
		fprintf(stderr, "%s:%d: no type %s in this kernel and these modules\n", s->list,
			w->line, w->name);
		return false;
	}
	for (int i = 0; i < w->nfields && id > 0; i++) {
		if (w->used[i] || *w->fields[i] == '?')
			continue;
		fprintf(stderr, "%s:%d: %s has no field %s in this kernel\n", s->list, w->line,
			w->name, w->fields[i]);
		ok = false;
	}
	return ok;
}
