// SPDX-License-Identifier: GPL-2.0-only
/* write.c - phase 2: write the nodes as BTF, cut structs laid out anew. */
#include "tools/btfslice/slice.h"
#include <string.h>

static int out_id(struct slice *s, const struct btf *btf, __u32 id)
{
	return visit(s, btf, id, false); /* phase 1 has been there: this only looks up */
}

static void check(int r, const char *what, const char *name)
{
	if (r < 0)
		die("%s %s: %s", what, *name ? name : "(anonymous)", strerror(-r));
}

/* Is any of the type cut, so that it is not as big here as in the kernel? */
static bool is_cut(const struct slice *s, const struct btf *btf, __u32 id)
{
	const struct btf_type *t;
	struct want *w;

	id = btf__resolve_type(btf, id);
	t = btf__type_by_id(btf, id);
	if (btf_is_array(t))
		return is_cut(s, btf, btf_array(t)->type);
	if (!btf_is_composite(t))
		return false;
	w = want_of(s, name_of(btf, t));
	for (int i = 0; i < btf_vlen(t) && !(w && w->nfields); i++)
		if (is_cut(s, btf, btf_members(t)[i].type))
			return true;
	return w && w->nfields;
}

/* Where the fields of a cut struct go, in bits: each next to the one before, as a C
 * compiler would lay it out, so that the header needs no padding and no attribute. */
struct layout {
	__u32 next;
	__u32 size;
	__u32 align;
	bool is_union;
};

static void put_members(struct slice *s, struct btf *out, const struct btf *btf,
			const struct btf_type *t, struct want *w, struct layout *l);

static struct layout measure(struct slice *s, const struct btf *btf, __u32 id)
{
	struct layout l = { .align = 8 };
	const struct btf_type *t;

	id = btf__resolve_type(btf, id);
	t = btf__type_by_id(btf, id);
	if (!is_cut(s, btf, id)) {
		l.size = btf__resolve_size(btf, id) * 8;
		l.align = btf__align_of(btf, id) * 8;
	} else if (btf_is_array(t)) {
		l = measure(s, btf, btf_array(t)->type);
		l.size *= btf_array(t)->nelems;
	} else {
		l.is_union = btf_is_union(t);
		put_members(s, NULL, btf, t, want_of(s, name_of(btf, t)), &l);
		l.size = (l.size + l.align - 1) / l.align * l.align;
	}
	return l;
}

static __u32 place(struct layout *l, struct layout m, __u32 bits)
{
	__u32 at = l->is_union ? 0 : l->next;

	if (!bits)
		at = (at + m.align - 1) / m.align * m.align;
	else if (at / m.size != (at + bits - 1) / m.size)
		at = (at + m.size - 1) / m.size * m.size;
	l->next = at + (bits ?: m.size);
	l->align = m.align > l->align ? m.align : l->align;
	l->size = l->next > l->size ? l->next : l->size;
	return at;
}

/* Lay out the members that are wanted, and add them to the newest type of @out. */
static void put_members(struct slice *s, struct btf *out, const struct btf *btf,
			const struct btf_type *t, struct want *w, struct layout *l)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *name = btf__name_by_offset(btf, m->name_off);
		const struct btf_type *mt = btf__type_by_id(btf, m->type);
		__u32 bits = btf_member_bitfield_size(t, i);
		__u32 at = btf_member_bit_offset(t, i);

		if (w && w->nfields && !*name && btf_is_composite(mt)) {
			put_members(s, out, btf, mt, w, l); /* CO-RE looks inside for names */
			continue;
		}
		if (!wants_field(w, name))
			continue;
		if (l)
			at = place(l, measure(s, btf, m->type), bits);
		if (out)
			check(btf__add_field(out, name, out_id(s, btf, m->type), at, bits), "field",
			      name);
	}
}

static void write_record(struct slice *s, struct node n, const char *name)
{
	struct layout l = { .align = 8, .is_union = btf_is_union(n.type) };
	bool cut = is_cut(s, n.btf, n.id);
	int id = l.is_union ? btf__add_union(s->out, name, n.type->size) :
			      btf__add_struct(s->out, name, n.type->size);

	check(id, "struct", name);
	put_members(s, s->out, n.btf, n.type, n.want, cut ? &l : NULL);
	if (cut)
		((struct btf_type *)btf__type_by_id(s->out, id))->size =
			(l.size + l.align - 1) / l.align * l.align / 8;
}

static void write_enum(struct slice *s, struct node n, const char *name)
{
	bool is64 = btf_is_enum64(n.type);

	check(is64 ? btf__add_enum64(s->out, name, n.type->size, btf_kflag(n.type)) :
		     btf__add_enum(s->out, name, n.type->size),
	      "enum", name);
	for (int i = 0; i < btf_vlen(n.type); i++) {
		const struct btf_enum *e = &btf_enum(n.type)[i];
		const struct btf_enum64 *e64 = &btf_enum64(n.type)[i];
		const char *value = btf__name_by_offset(n.btf, is64 ? e64->name_off : e->name_off);

		if (!wants_field(n.want, value))
			continue;
		check(is64 ? btf__add_enum64_value(s->out, value, btf_enum64_value(e64)) :
			     btf__add_enum_value(s->out, value, e->val),
		      "enum value", value);
	}
}

static void write_proto(struct slice *s, struct node n)
{
	const struct btf_param *p = btf_params(n.type);

	check(btf__add_func_proto(s->out, out_id(s, n.btf, n.type->type)), "prototype", "");
	for (int i = 0; i < btf_vlen(n.type); i++)
		check(btf__add_func_param(s->out, btf__name_by_offset(n.btf, p[i].name_off),
					  out_id(s, n.btf, p[i].type)),
		      "parameter", "");
}

/* const, volatile, restrict, pointer, array: types without a name. */
static int write_modifier(struct slice *s, struct node n)
{
	const struct btf_array *a = btf_array(n.type);

	switch (btf_kind(n.type)) {
	case BTF_KIND_PTR:
		return btf__add_ptr(s->out, out_id(s, n.btf, n.type->type));
	case BTF_KIND_CONST:
		return btf__add_const(s->out, out_id(s, n.btf, n.type->type));
	case BTF_KIND_VOLATILE:
		return btf__add_volatile(s->out, out_id(s, n.btf, n.type->type));
	case BTF_KIND_RESTRICT:
		return btf__add_restrict(s->out, out_id(s, n.btf, n.type->type));
	case BTF_KIND_ARRAY:
		return btf__add_array(s->out, out_id(s, n.btf, a->index_type),
				      out_id(s, n.btf, a->type), a->nelems);
	default:
		die("BTF kind %d is new to this tool", btf_kind(n.type));
	}
}

void write_node(struct slice *s, struct node n)
{
	const char *name = name_of(n.btf, n.type);
	int r = 0;

	switch (btf_kind(n.type)) {
	case BTF_KIND_INT:
		r = btf__add_int(s->out, name, n.type->size, btf_int_encoding(n.type));
		break;
	case BTF_KIND_FLOAT:
		r = btf__add_float(s->out, name, n.type->size);
		break;
	case BTF_KIND_TYPEDEF:
		r = btf__add_typedef(s->out, name, out_id(s, n.btf, n.type->type));
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (n.full)
			write_record(s, n, name);
		else
			r = btf__add_fwd(s->out, name,
					 btf_is_union(n.type) ? BTF_FWD_UNION : BTF_FWD_STRUCT);
		break;
	case BTF_KIND_FWD:
		r = btf__add_fwd(s->out, name, btf_kflag(n.type) ? BTF_FWD_UNION : BTF_FWD_STRUCT);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		write_enum(s, n, name);
		break;
	case BTF_KIND_FUNC_PROTO:
		write_proto(s, n);
		break;
	default:
		r = write_modifier(s, n);
		break;
	}
	check(r, "type", name);
}
