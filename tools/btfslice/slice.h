/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* btfslice - cut a small vmlinux.h out of a kernel's type information.
 *
 *   btfslice TYPES.LIST VMLINUX_BTF [MODULE_BTF...] > vmlinux.h
 *
 * The list names the types wanted, and for most of them only some fields (its own head
 * comment has the syntax). What the chosen fields need comes along: a struct held by
 * value in full, a struct behind a pointer as a forward declaration only. CO-RE finds
 * every field again by name, so a cut struct needs neither the real size nor offsets.
 *
 * Works in two phases, because types refer to each other in circles: first a node is
 * made for each type that is reached (its number is the id that it gets), then all are
 * written in that order.
 */
#include <bpf/btf.h>
#include <stdbool.h>

#define MAX_BTFS   64
#define MAX_FIELDS 64

/* One line of the list. */
struct want {
	int line;
	bool optional;
	bool used[MAX_FIELDS];
	int nfields; /* 0: the whole type */
	char *name;
	char *fields[MAX_FIELDS];
};

struct node {
	const struct btf *btf;
	const struct btf_type *type;
	__u32 id;          /* of type, in btf */
	struct want *want; /* what the list says about it, or NULL */
	bool full;         /* needed by value: a declaration won't do */
};

struct slice {
	struct btf *in[MAX_BTFS]; /* [0] is vmlinux, the others are modules on top of it */
	int nin;
	struct want *wants;
	int nwants;
	struct node *nodes; /* node i becomes type id i + 1 */
	int nnodes;
	struct btf *out;
	const char *list; /* path, for messages */
};

/* main.c: any failure ends the program; this is a build tool. */
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);
/* realloc() for one more element; the array doubles at each power of two. */
void *grow(void *array, int count, size_t size);

static inline const char *name_of(const struct btf *btf, const struct btf_type *t)
{
	return btf__name_by_offset(btf, t->name_off);
}

/* list.c: what the list says. */
void read_list(struct slice *s);
struct want *want_of(const struct slice *s, const char *name);
/* Is the field (or the enum's constant) to be kept? Marks it as found in the kernel. */
bool wants_field(struct want *w, const char *name);

/* reach.c, phase 1: which types are needed. */
/* False, and a message, when this kernel has no such type or field. */
bool visit_wanted(struct slice *s, struct want *w);
/* Makes a node for the type and for all that it needs, unless there is one. Returns the
 * id that the type gets in the output. @full: a declaration won't do. */
int visit(struct slice *s, const struct btf *btf, __u32 id, bool full);

/* write.c, phase 2: from nodes to s->out. */
void write_node(struct slice *s, struct node n);
