/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/probe/split.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE_MAX (32u << 20) /* bytes: the largest of a distribution's have 3 MB */
#define PIECE      65536       /* of the kernel's names, read at a time */
#define NAMELESS   0           /* the name at offset 0 is "" */
#define DEPTH_MAX  8           /* of structs without a name in each other */

/* One that can be asked for. */
struct name {
	const char *text;
	uint32_t len;
	uint32_t kernel; /* where the kernel's strings have it, 0: nowhere */
};

struct ur_split {
	char *data;
	const char *types, *strings; /* within @data */
	uint32_t types_len, strings_len;
	uint32_t ntypes;       /* of the kernel */
	uint32_t base_strings; /* bytes */
	uint32_t *at;          /* of each type, in @types */
	uint32_t n;
	struct name *names;
	size_t nnames;
};

void ur_split_free(struct ur_split *s)
{
	if (!s)
		return;
	free(s->data);
	free(s->at);
	free(s->names);
	free(s);
}

/* ---- reading ---- */

/* All of @len bytes at @at. */
static int read_at(int fd, void *to, size_t len, uint64_t at)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, (char *)to + got, len - got, (off_t)(at + got));

		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return -EBADMSG;
		got += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Returns a descriptor of the BTF at @path, or -errno. */
static int open_btf(const char *path, struct btf_header *h)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = read_at(fd, h, sizeof(*h), 0);
	if (!r && (h->magic != BTF_MAGIC || h->version != BTF_VERSION || h->hdr_len < sizeof(*h) ||
		   h->hdr_len > PIECE || h->hdr_len % 4))
		r = -EBADMSG;
	if (!r)
		return fd;
	close(fd);
	return r;
}

/* A name of the kernel's that ends within a piece, at offset @off. */
static void note_name(struct ur_split *s, const char *name, uint32_t len, uint32_t off)
{
	for (size_t i = 0; i < s->nnames; i++)
		if (s->names[i].len == len && !memcmp(s->names[i].text, name, len))
			s->names[i].kernel = off;
}

/* Where the kernel has the names: its strings, a piece at a time. One that crosses into the next
 * piece begins that. */
static int find_names(struct ur_split *s, int fd, const struct btf_header *h)
{
	ur_cleanup(ur_freep) char *piece = malloc(PIECE + 1);
	const uint64_t start = (uint64_t)h->hdr_len + h->str_off;
	uint32_t off = 0;

	if (!piece)
		return -ENOMEM;
	while (off < h->str_len) {
		uint32_t len = h->str_len - off < PIECE ? h->str_len - off : PIECE, name = 0;
		int r = read_at(fd, piece, len, start + off);

		if (r)
			return r;
		piece[len] = '\0';
		for (uint32_t n; name + (n = (uint32_t)strlen(piece + name)) < len; name += n + 1)
			note_name(s, piece + name, n, off + name);
		if (!name) /* longer than a piece, or without an end */
			return -EBADMSG;
		off += name;
	}
	return 0;
}

static int read_base(struct ur_split *s, const char *path)
{
	struct btf_header h = {};
	ur_cleanup(ur_closep) int fd = open_btf(path, &h);

	if (fd < 0)
		return fd;
	s->base_strings = h.str_len;
	return find_names(s, fd, &h);
}

/* How many bytes a type has behind its struct btf_type; -1: its kind is not known. */
static int64_t tail_of(const struct btf_type *t)
{
	const int64_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * (int64_t)sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * (int64_t)sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * (int64_t)sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * (int64_t)sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * (int64_t)sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return -1;
	}
}

/* Find where each type begins. */
static int index_types(struct ur_split *s)
{
	uint32_t at = 0;

	/* The smallest type is a struct btf_type alone. */
	s->at = calloc(s->types_len / sizeof(struct btf_type) + 1, sizeof(*s->at));
	if (!s->at)
		return -ENOMEM;
	while (at < s->types_len) {
		struct btf_type t;
		int64_t tail;

		if (s->types_len - at < sizeof(t))
			return -EBADMSG;
		memcpy(&t, s->types + at, sizeof(t));
		tail = tail_of(&t);
		if (tail < 0 || tail > s->types_len - at - (int64_t)sizeof(t))
			return -EBADMSG;
		s->at[s->n++] = at;
		at += sizeof(t) + (uint32_t)tail;
	}
	return 0;
}

static int read_module(struct ur_split *s, const char *path)
{
	struct btf_header h = {};
	ur_cleanup(ur_closep) int fd = open_btf(path, &h);
	uint32_t size;
	int r;

	if (fd < 0)
		return fd;
	if (h.type_len > MODULE_MAX || h.str_len > MODULE_MAX || h.type_off > MODULE_MAX ||
	    h.str_off > MODULE_MAX || h.type_off % 4 || !h.str_len)
		return -EBADMSG;
	size = h.hdr_len + (h.type_off + h.type_len > h.str_off + h.str_len ?
				    h.type_off + h.type_len :
				    h.str_off + h.str_len);
	s->data = malloc(size);
	if (!s->data)
		return -ENOMEM;
	r = read_at(fd, s->data, size, 0);
	if (r)
		return r;
	s->types = s->data + h.hdr_len + h.type_off;
	s->types_len = h.type_len;
	s->strings = s->data + h.hdr_len + h.str_off;
	s->strings_len = h.str_len;
	if (s->strings[s->strings_len - 1])
		return -EBADMSG;
	return index_types(s);
}

int ur_split_open(const char *base, uint32_t ntypes, const char *path, const char *const *names,
		  size_t n, struct ur_split **ret)
{
	ur_cleanup(ur_split_freep) struct ur_split *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->names = calloc(n ?: 1, sizeof(*s->names));
	if (!s->names)
		return -ENOMEM;
	for (; s->nnames < n; s->nnames++)
		s->names[s->nnames] =
			(struct name){ names[s->nnames], (uint32_t)strlen(names[s->nnames]), 0 };
	s->ntypes = ntypes;
	r = read_base(s, base);
	r = r ?: read_module(s, path);
	if (r)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

/* ---- questions ---- */

/* Is @off where @name stands? */
static bool is_name(const struct ur_split *s, uint32_t off, const char *name)
{
	if (off >= s->base_strings)
		return off - s->base_strings < s->strings_len &&
		       !strcmp(s->strings + (off - s->base_strings), name);
	for (size_t i = 0; i < s->nnames; i++)
		if (s->names[i].kernel == off && off && !strcmp(s->names[i].text, name))
			return true;
	return false;
}

/* Type @id with its members, which end within the types: index_types(). NULL: the kernel's. */
static const struct btf_type *type_at(const struct ur_split *s, uint32_t id)
{
	if (id < s->ntypes || id - s->ntypes >= s->n)
		return NULL;
	return (const struct btf_type *)(s->types + s->at[id - s->ntypes]);
}

static bool is_composite(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT ||
	       BTF_INFO_KIND(t->info) == BTF_KIND_UNION;
}

/* Offset in bits of @field in @t; as ur_split_offset(). */
static int64_t find_member(const struct ur_split *s, const struct btf_type *t, const char *field,
			   int depth)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	int64_t missing = -ENODATA;

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		const uint32_t at = BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m[i].offset) :
							      m[i].offset;
		const struct btf_type *inner = type_at(s, m[i].type);
		int64_t r;

		if (is_name(s, m[i].name_off, field))
			return at;
		if (m[i].name_off != NAMELESS)
			continue;
		if (!inner || depth == DEPTH_MAX) {
			missing = -EXDEV;
			continue;
		}
		r = is_composite(inner) ? find_member(s, inner, field, depth + 1) : -ENODATA;
		if (r >= 0)
			return at + r;
		if (r == -EXDEV)
			missing = r;
	}
	return missing;
}

int ur_split_offset(const struct ur_split *s, const char *type, const char *field)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct btf_type *t = type_at(s, s->ntypes + i);
		int64_t r;

		if (!t || BTF_INFO_KIND(t->info) != BTF_KIND_STRUCT ||
		    !is_name(s, t->name_off, type))
			continue;
		r = find_member(s, t, field, 0);
		return (int)(r < 0 ? r : r / 8);
	}
	return -ENOENT;
}
