/* SPDX-License-Identifier: GPL-2.0-only */
/* types.c - see probe/types.h; bpftool's `gen min_core_btf` does alike, offline. */
#include "user/probe/types.h"
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLAVOUR  "___"
#define NEST_MAX 64 /* structs within structs */

UR_DEFINE_CLEANUP(struct btf, btf__free)

struct copy {
	const struct btf *from;
	struct btf *to;
	uint32_t *ids; /* what a type is called in the copy, by its id; 0: not there */
	int pointer;   /* the one for all pointers */
};

static int copy_type(struct copy *c, uint32_t id, int depth);

static bool is_modifier(const struct btf_type *t)
{
	return btf_is_mod(t) || btf_is_typedef(t);
}

/* Through typedefs and modifiers to the type itself. */
static uint32_t resolve(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; i < NEST_MAX && t && is_modifier(t); i++) {
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	return id;
}

static int copy_array(struct copy *c, const struct btf_type *t, int depth)
{
	const struct btf_array *a = btf_array(t);
	int element = copy_type(c, a->type, depth + 1);
	int index = element < 0 ? element : copy_type(c, a->index_type, depth + 1);

	return index < 0 ? index : btf__add_array(c->to, index, element, a->nelems);
}

/* The members' types first: where the copy lies, changes with each type that is added. */
static int copy_struct(struct copy *c, const struct btf_type *t, int depth)
{
	struct btf_member *m;
	int id, r;

	for (int i = 0; i < btf_vlen(t); i++) {
		r = copy_type(c, btf_members(t)[i].type, depth + 1);
		if (r < 0)
			return r;
	}
	id = btf__add_type(c->to, c->from, t);
	if (id < 0)
		return id;
	m = btf_members(btf__type_by_id(c->to, id));
	for (int i = 0; i < btf_vlen(t); i++)
		m[i].type = c->ids[resolve(c->from, btf_members(t)[i].type)];
	return id;
}

static int copy_new(struct copy *c, const struct btf_type *t, int depth)
{
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
		return c->pointer;
	case BTF_KIND_ARRAY:
		return copy_array(c, t, depth);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_struct(c, t, depth);
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_FWD:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return btf__add_type(c->to, c->from, t);
	}
	return -EINVAL;
}

/* Copy type @id unless it is there already. Its id in the copy, or -errno. */
static int copy_type(struct copy *c, uint32_t id, int depth)
{
	const struct btf_type *t;
	int r;

	id = resolve(c->from, id);
	if (!id || c->ids[id])
		return c->ids[id];
	t = btf__type_by_id(c->from, id);
	if (!t || depth > NEST_MAX)
		return -EINVAL;
	r = copy_new(c, t, depth);
	if (r >= 0)
		c->ids[id] = r;
	return r;
}

/* Copy the kernel's types that @t can stand for. */
static int copy_named(struct copy *c, const struct ur_btf_index *names, const struct btf *wanted,
		      const struct btf_type *t)
{
	const char *name = btf__name_by_offset(wanted, t->name_off), *flavour;
	uint32_t ids[UR_SAME_NAME_MAX];
	char essential[128];
	size_t n;
	int r = 0;

	if (!name || !*name || !(btf_is_composite(t) || btf_is_any_enum(t)))
		return 0;
	flavour = strstr(name, FLAVOUR);
	snprintf(essential, sizeof(essential), "%.*s",
		 flavour ? (int)(flavour - name) : (int)strlen(name), name);
	n = ur_btf_index_all(names, essential, btf_kind(t), ids, UR_SAME_NAME_MAX);
	for (size_t i = 0; i < n && i < UR_SAME_NAME_MAX && r >= 0; i++)
		r = copy_type(c, ids[i], 0);
	return r < 0 ? r : 0;
}

static int copy_all(struct copy *c, const struct ur_btf_index *names, const struct btf *wanted)
{
	int r = 0;

	c->pointer = btf__add_ptr(c->to, 0);
	if (c->pointer < 0)
		return c->pointer;
	for (uint32_t id = 1; id < btf__type_cnt(wanted) && !r; id++)
		r = copy_named(c, names, wanted, btf__type_by_id(wanted, id));
	return r;
}

/* @t of @wanted says whose ids are asked for: it gets them as its values. */
static int add_ids(struct copy *c, const struct ur_btf_index *names, const struct btf *wanted,
		   const struct btf_type *t)
{
	int r = btf__add_enum(c->to, UR_IDS_ENUM, sizeof(uint32_t));

	for (int i = 0; i < btf_vlen(t) && r >= 0; i++) {
		const char *name = btf__name_by_offset(wanted, btf_enum(t)[i].name_off);
		int id = -ENOENT;

		if (!strncmp(name, UR_IDS_PREFIX, strlen(UR_IDS_PREFIX)))
			id = ur_btf_index_find(names, name + strlen(UR_IDS_PREFIX),
					       BTF_KIND_STRUCT);
		if (id >= 0)
			r = btf__add_enum_value(c->to, name, id);
	}
	return r < 0 ? r : 0;
}

static int put(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		len -= n;
	}
	return 0;
}

int ur_probe_types_write(const struct btf *kernel, const struct ur_btf_index *names,
			 const struct btf *wanted, int fd)
{
	ur_cleanup(ur_freep) uint32_t *ids = calloc(btf__type_cnt(kernel), sizeof(*ids));
	ur_cleanup(btf__freep) struct btf *to = btf__new_empty();
	struct copy c = { .from = kernel, .to = to, .ids = ids };
	const void *data;
	uint32_t len;
	int asked, r;

	if (!ids || !to)
		return -ENOMEM;
	r = copy_all(&c, names, wanted);
	asked = btf__find_by_name_kind(wanted, UR_IDS_ENUM, BTF_KIND_ENUM);
	if (!r && asked > 0)
		r = add_ids(&c, names, wanted, btf__type_by_id(wanted, asked));
	if (r)
		return r;
	data = btf__raw_data(to, &len);
	return data ? put(fd, data, len) : -ENOMEM;
}
