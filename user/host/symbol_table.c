// SPDX-License-Identifier: GPL-2.0-only
/* symbol_table.c - what /proc/kallsyms holds, to search in. */
#include "user/host/symbol_table.h"
#include "user/host/kallsyms.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last function of a module has no neighbour that tells its end. */
#define LAST_FUNCTION_MAX 0x10000
#define SYMBOLS_MAX       (4u << 20) /* a kernel has 100 to 200 thousand */
#define NAMES_MAX         (128u << 20)
#define MODULES_MAX       65536

/* The padding before a function is a symbol of its own since Linux 6.3. Only where it
 * starts is of use: there ends the function before. */
#define PADDING "__pfx_"

/* The only data symbols that anybody asks for. */
static const char *const data_names[] = { "udp_table", "udplite_table", "nf_tables_net_id",
					  "__per_cpu_offset" };
#define DATA_MAX (sizeof(data_names) / sizeof(*data_names))

struct symbol {
	int32_t offset;     /* from the first symbol: the kernel and its modules are close */
	uint32_t name : 31; /* offset in names; grows in the file's order */
	uint32_t global : 1;
};
_Static_assert(sizeof(struct symbol) == 8, "one of 200,000");

/* The file lists modules one after the other: from name @first on, it is this one. */
struct module {
	uint32_t first;
	char name[60];
};

struct ur_symbol_table {
	uint64_t base;
	struct symbol *sym; /* by address, then in the file's order */
	size_t n;
	size_t room;
	char *names; /* terminated strings, the first one empty */
	size_t names_len;
	size_t names_room;
	struct module *modules; /* the first one is the kernel proper, without a name */
	size_t nmodules;
	size_t modules_room;
	uint32_t *by_name; /* hash table of 1 + index in sym, 0: free; about half full */
	size_t mask;       /* its size less 1, a power of two */
	uint32_t *cold;    /* indices in sym of the ".cold" parts */
	size_t ncold;
	size_t cold_room;
	uint64_t data[DATA_MAX]; /* addresses of data_names, 0: not there */
	bool seen;               /* at least one line was read */
};

void ur_symbol_table_free(struct ur_symbol_table *t)
{
	if (!t)
		return;
	free(t->sym);
	free(t->names);
	free(t->modules);
	free(t->by_name);
	free(t->cold);
	free(t);
}

static int grow(void **mem, size_t *room, size_t need, size_t size, size_t max)
{
	size_t n = *room ? *room : 64;
	void *p;

	if (need <= *room)
		return 0;
	while (n < need)
		n += n / 2;
	if (n > max)
		return -E2BIG;
	p = realloc(*mem, n * size);
	if (!p)
		return -ENOMEM;
	*mem = p;
	*room = n;
	return 0;
}

/* Returns the string's offset, or -errno. */
static int64_t add_name(struct ur_symbol_table *t, const char *name, size_t len)
{
	size_t at = t->names_len;
	int r = grow((void **)&t->names, &t->names_room, at + len + 1, 1, NAMES_MAX);

	if (r)
		return r;
	memcpy(t->names + at, name, len);
	t->names[at + len] = '\0';
	t->names_len += len + 1;
	return at;
}

/* The names that follow are @module's. */
static int add_module(struct ur_symbol_table *t, const char *module)
{
	struct module *m;
	int r;

	if (t->nmodules && !strcmp(t->modules[t->nmodules - 1].name, module))
		return 0;
	r = grow((void **)&t->modules, &t->modules_room, t->nmodules + 1, sizeof(*m), MODULES_MAX);
	if (r)
		return r;
	m = &t->modules[t->nmodules++];
	m->first = t->names_len;
	snprintf(m->name, sizeof(m->name), "%s", module);
	return 0;
}

static int add_symbol(struct ur_symbol_table *t, const struct ur_kallsym *line)
{
	int64_t name_at = 0, offset = line->addr - (t->n ? t->base : line->addr);
	int r = grow((void **)&t->sym, &t->room, t->n + 1, sizeof(*t->sym), SYMBOLS_MAX);

	if (r)
		return r;
	if (offset != (int32_t)offset)
		return 0;
	if (strncmp(line->name, PADDING, strlen(PADDING)) != 0)
		name_at = add_name(t, line->name, line->len);
	if (name_at < 0)
		return name_at;
	if (!t->n)
		t->base = line->addr;
	t->sym[t->n++] = (struct symbol){
		.offset = offset,
		.name = name_at,
		.global = line->type == 'T',
	};
	return 0;
}

static void add_data(struct ur_symbol_table *t, uint64_t addr, const char *name)
{
	for (size_t i = 0; i < DATA_MAX; i++)
		if (!strcmp(data_names[i], name))
			t->data[i] = addr;
}

static int add_line(const struct ur_kallsym *line, void *table)
{
	struct ur_symbol_table *t = table;
	int r;

	t->seen = true;
	if (!line->addr)
		return 0;
	if (line->type != 't' && line->type != 'T' && line->type != 'w' && line->type != 'W') {
		add_data(t, line->addr, line->name);
		return 0;
	}
	r = add_module(t, line->module);
	return r ? r : add_symbol(t, line);
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* FNV-1a */
static size_t hash(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
}

static int index_cold(struct ur_symbol_table *t, size_t i)
{
	const char *dot = strchr(t->names + t->sym[i].name, '.');
	int r;

	if (!dot || !strstr(dot, ".cold"))
		return 0;
	r = grow((void **)&t->cold, &t->cold_room, t->ncold + 1, sizeof(*t->cold), SYMBOLS_MAX);
	if (!r)
		t->cold[t->ncold++] = i;
	return r;
}

/* Make look-ups by name cheap: some dozens are made whenever a module comes. */
static int index_names(struct ur_symbol_table *t)
{
	size_t size = 64;
	int r = 0;

	while (size < t->n * 2)
		size *= 2;
	t->by_name = calloc(size, sizeof(*t->by_name));
	if (!t->by_name)
		return -ENOMEM;
	t->mask = size - 1;
	for (size_t i = 0; i < t->n && !r; i++) {
		size_t at = hash(t->names + t->sym[i].name) & t->mask;

		if (!t->sym[i].name)
			continue; /* padding */
		while (t->by_name[at])
			at = (at + 1) & t->mask;
		t->by_name[at] = i + 1;
		r = index_cold(t, i);
	}
	return r;
}

/* Give back what growing took too much of; failing to is no harm. */
static void shrink(struct ur_symbol_table *t)
{
	struct symbol *sym = realloc(t->sym, (t->n + 1) * sizeof(*sym));
	char *names = realloc(t->names, t->names_len);

	t->sym = sym ? sym : t->sym;
	t->names = names ? names : t->names;
}

/* The kernel proper comes in order, its modules behind it and above it, each by itself. */
static void sort(struct ur_symbol_table *t)
{
	size_t sorted = 1;

	while (sorted < t->n && by_address(&t->sym[sorted - 1], &t->sym[sorted]) <= 0)
		sorted++;
	if (sorted >= t->n)
		return;
	qsort(t->sym + sorted, t->n - sorted, sizeof(*t->sym), by_address);
	if (by_address(&t->sym[sorted - 1], &t->sym[sorted]) > 0)
		qsort(t->sym, t->n, sizeof(*t->sym), by_address);
}

int ur_symbol_table_read(const char *path, struct ur_symbol_table **ret)
{
	ur_cleanup(ur_symbol_table_freep) struct ur_symbol_table *t = calloc(1, sizeof(*t));
	int64_t r = t ? add_name(t, "", 0) : -ENOMEM;

	if (r >= 0)
		r = ur_kallsyms_read(path, add_line, t);
	if (r < 0)
		return r;
	sort(t);
	shrink(t);
	r = index_names(t);
	if (r)
		return r;
	*ret = ur_take(t);
	return 0;
}

bool ur_symbol_table_hidden(const struct ur_symbol_table *t)
{
	return t->seen && !t->n;
}

static const char *name_of(const struct ur_symbol_table *t, const struct symbol *sym)
{
	return t->names + sym->name;
}

static uint64_t address_of(const struct ur_symbol_table *t, const struct symbol *sym)
{
	return t->base + sym->offset;
}

/* The module that @sym is in; "" for the kernel proper, and for padding. */
static const char *module_of(const struct ur_symbol_table *t, const struct symbol *sym)
{
	size_t low = 0, high = t->nmodules;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->modules[mid].first <= sym->name)
			low = mid;
		else
			high = mid;
	}
	return t->modules[low].name;
}

/* Where the function at @sym ends: at the next other address, if that is its neighbour. */
static uint64_t end_of(const struct ur_symbol_table *t, const struct symbol *sym)
{
	const struct symbol *next = sym, *last = t->sym + t->n;

	while (next < last && next->offset == sym->offset)
		next++;
	if (next < last && (int64_t)next->offset - sym->offset < LAST_FUNCTION_MAX)
		return address_of(t, next);
	if (next < last && next->name && !strcmp(module_of(t, next), module_of(t, sym)))
		return address_of(t, next);
	return address_of(t, sym) + LAST_FUNCTION_MAX;
}

/* The best of several symbols of one name: a global one goes before local ones. */
struct best {
	const struct symbol *sym;
	bool twice;
};

static void consider(struct best *b, const struct symbol *s)
{
	if (!b->sym || s->global > b->sym->global) {
		b->sym = s;
		b->twice = false;
	} else if (s->global == b->sym->global && s->offset != b->sym->offset) {
		b->twice = true;
	}
}

static int settle(const struct ur_symbol_table *t, const struct best *b, uint64_t *start,
		  uint64_t *end)
{
	if (!b->sym || b->twice)
		return b->sym ? -ENOTUNIQ : -ENOENT;
	*start = address_of(t, b->sym);
	*end = end_of(t, b->sym);
	return 0;
}

static bool is_cold_part(const char *symbol, const char *name)
{
	static const char cold[] = ".cold";
	size_t len = strlen(name);

	if (strncmp(symbol, name, len) || strncmp(symbol + len, cold, sizeof(cold) - 1))
		return false;
	symbol += len + sizeof(cold) - 1;
	return !*symbol || *symbol == '.';
}

int ur_symbol_table_range(const struct ur_symbol_table *t, const char *name, uint64_t *start,
			  uint64_t *end)
{
	struct best best = {};

	for (size_t at = hash(name) & t->mask; t->by_name && t->by_name[at];
	     at = (at + 1) & t->mask) {
		const struct symbol *sym = &t->sym[t->by_name[at] - 1];

		if (!strcmp(name_of(t, sym), name))
			consider(&best, sym);
	}
	return settle(t, &best, start, end);
}

int ur_symbol_table_range_cold(const struct ur_symbol_table *t, const char *name, uint64_t *start,
			       uint64_t *end)
{
	struct best best = {};

	for (size_t i = 0; i < t->ncold; i++) {
		const struct symbol *sym = &t->sym[t->cold[i]];

		if (is_cold_part(name_of(t, sym), name))
			consider(&best, sym);
	}
	return settle(t, &best, start, end);
}

uint64_t ur_symbol_table_data(const struct ur_symbol_table *t, const char *name)
{
	for (size_t i = 0; i < DATA_MAX; i++)
		if (!strcmp(data_names[i], name))
			return t->data[i];
	return 0;
}

/* The first symbol of the last address that is not above @addr, or NULL. */
static const struct symbol *covering(const struct ur_symbol_table *t, uint64_t addr)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (address_of(t, &t->sym[mid]) <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	while (low > 1 && t->sym[low - 2].offset == t->sym[low - 1].offset)
		low--;
	return low ? &t->sym[low - 1] : NULL;
}

size_t ur_symbol_table_format(const struct ur_symbol_table *t, uint64_t addr, char *buf, size_t len)
{
	const struct symbol *sym = addr ? covering(t, addr - 1) : NULL;
	uint64_t start = sym ? address_of(t, sym) : 0;
	uint64_t end = sym ? end_of(t, sym) : 0;
	const char *module;
	int n;

	if (!len)
		return 0;
	buf[0] = '\0';
	if (!sym || addr - 1 >= end || !sym->name)
		return 0;
	module = module_of(t, sym);
	n = snprintf(buf, len, "%s+0x%" PRIx64 "/0x%" PRIx64 "%s%s%s", name_of(t, sym),
		     addr - start, end - start, *module ? " [" : "", module, *module ? "]" : "");
	if (n < 0)
		return 0;
	return (size_t)n < len ? (size_t)n : len - 1;
}
