/* SPDX-License-Identifier: GPL-2.0-only */
/* btf.c - a hash table over the names of a BTF's types. */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include "user/probe/btf.h"

struct ur_btf_index {
	const struct btf *btf;
	size_t mask;   /* size of ids less 1, a power of two */
	uint32_t *ids; /* 0: free; one more than types at least, of which half are indexed */
};

/* Words of eight bytes: a kernel has 70,000 names, and most of them have 20 letters. */
static size_t hash(const char *name, size_t len)
{
	uint64_t h = len, word;

	for (; len > sizeof(word); len -= sizeof(word), name += sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, name, len);
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return h >> 32;
}

bool ur_btf_index_has(uint32_t kind)
{
	return kind == BTF_KIND_FUNC || kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION ||
	       kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
}

/* The many without a name would all lie in one place. */
static bool is_indexed(const struct btf_type *t)
{
	return t->name_off && ur_btf_index_has(btf_kind(t));
}

/* In the order of the ids, so that of two with a name the first one is found first. */
static void fill(struct ur_btf_index *x, uint32_t n)
{
	for (uint32_t id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(x->btf, id);
		const char *name;
		size_t at;

		if (!is_indexed(t))
			continue;
		name = btf__name_by_offset(x->btf, t->name_off);
		at = hash(name, strlen(name)) & x->mask;
		while (x->ids[at])
			at = (at + 1) & x->mask;
		x->ids[at] = id;
	}
}

int ur_btf_index_new(const struct btf *btf, struct ur_btf_index **ret)
{
	ur_cleanup(ur_btf_index_freep) struct ur_btf_index *x = calloc(1, sizeof(*x));
	uint32_t n = btf__type_cnt(btf);
	size_t size = 64;

	while (size <= n)
		size *= 2;
	if (!x)
		return -ENOMEM;
	x->btf = btf;
	x->mask = size - 1;
	x->ids = calloc(size, sizeof(*x->ids));
	if (!x->ids)
		return -ENOMEM;
	fill(x, n);
	*ret = ur_take(x);
	return 0;
}

void ur_btf_index_free(struct ur_btf_index *x)
{
	if (!x)
		return;
	free(x->ids);
	free(x);
}

size_t ur_btf_index_all(const struct ur_btf_index *x, const char *name, uint32_t kind,
			uint32_t *ids, size_t max)
{
	size_t n = 0;

	for (size_t at = hash(name, strlen(name)) & x->mask; x->ids[at]; at = (at + 1) & x->mask) {
		const struct btf_type *t = btf__type_by_id(x->btf, x->ids[at]);

		if (btf_kind(t) != kind ||
		    strcmp(btf__name_by_offset(x->btf, t->name_off), name) != 0)
			continue;
		if (n < max)
			ids[n] = x->ids[at];
		n++;
	}
	return n;
}

int ur_btf_index_find(const struct ur_btf_index *x, const char *name, uint32_t kind)
{
	uint32_t id;

	return ur_btf_index_all(x, name, kind, &id, 1) ? (int)id : -ENOENT;
}
