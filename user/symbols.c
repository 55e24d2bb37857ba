// SPDX-License-Identifier: GPL-2.0-only
/* symbols.c - reading and searching /proc/kallsyms. */
#include "user/symbols.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"

/* The last function of a module has no neighbour that tells its end. */
#define LAST_FUNCTION_MAX 0x10000
#define SYMBOLS_MAX       (4u << 20) /* a kernel has 100 to 200 thousand */
#define NAMES_MAX         (256u << 20)
#define NO_MODULE         0 /* offset of "" in names */

struct symbol {
	uint64_t addr;
	uint32_t name; /* offset in names; grows in the file's order */
	uint32_t module : 31;
	uint32_t global : 1;
};
_Static_assert(sizeof(struct symbol) == 16, "one of 200,000");

struct table {
	struct symbol *sym; /* by address, then in the file's order */
	size_t n;
	size_t room;
	char *names; /* terminated strings, the first one empty */
	size_t names_len;
	size_t names_room;
	uint32_t last_module; /* the file lists modules one after the other */
	bool seen;            /* at least one line was read */
};

struct ur_symbols {
	const char *path;
	struct table t;
};

static void table_clear(struct table *t)
{
	free(t->sym);
	free(t->names);
	*t = (struct table){};
}

static int grow(void **mem, size_t *room, size_t need, size_t size, size_t max)
{
	size_t n = *room ? *room : 16384;
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
static int64_t add_name(struct table *t, const char *name)
{
	size_t len = strlen(name) + 1, at = t->names_len;
	int r = grow((void **)&t->names, &t->names_room, at + len, 1, NAMES_MAX);

	if (r)
		return r;
	memcpy(t->names + at, name, len);
	t->names_len += len;
	return at;
}

static int64_t add_module(struct table *t, const char *module)
{
	int64_t at;

	if (!*module)
		return NO_MODULE;
	if (t->last_module && !strcmp(t->names + t->last_module, module))
		return t->last_module;
	at = add_name(t, module);
	if (at > 0)
		t->last_module = at;
	return at;
}

static int add_symbol(struct table *t, uint64_t addr, char type, const char *name,
		      const char *module)
{
	int64_t name_at, module_at = add_module(t, module);
	int r = grow((void **)&t->sym, &t->room, t->n + 1, sizeof(*t->sym), SYMBOLS_MAX);

	if (r || module_at < 0)
		return r ? r : module_at;
	name_at = add_name(t, name);
	if (name_at < 0)
		return name_at;
	t->sym[t->n++] = (struct symbol){
		.addr = addr,
		.name = name_at,
		.module = module_at,
		.global = type == 'T',
	};
	return 0;
}

/* One line: "ffffffff81000000 T name" or "... t name\t[module]". Others are skipped. */
static int add_line(struct table *t, char *line)
{
	char *rest, *name, *module = "", *save = NULL;
	uint64_t addr = strtoull(line, &rest, 16);
	char type;

	if (rest == line || rest[0] != ' ' || !rest[1] || rest[2] != ' ')
		return 0;
	type = rest[1];
	t->seen = true;
	if (!addr || !strchr("tTwW", type))
		return 0;
	name = strtok_r(rest + 3, " \t\n", &save);
	if (!name)
		return 0;
	rest = strtok_r(NULL, "[]\n", &save);
	if (rest)
		module = rest;
	return add_symbol(t, addr, type, name, module);
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* Give back what growing took too much of; failing to is no harm. */
static void shrink(struct table *t)
{
	struct symbol *sym = realloc(t->sym, (t->n + 1) * sizeof(*sym));
	char *names = realloc(t->names, t->names_len);

	t->sym = sym ? sym : t->sym;
	t->names = names ? names : t->names;
}

static int table_read(struct table *t, const char *path)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(path, "re");
	ur_cleanup(ur_freep) char *line = NULL;
	size_t room = 0;
	int64_t r;

	if (!f)
		return -errno;
	r = add_name(t, "");
	while (r >= 0 && getline(&line, &room, f) > 0)
		r = add_line(t, line);
	if (r < 0)
		return r;
	if (ferror(f))
		return -EIO;
	if (t->n)
		qsort(t->sym, t->n, sizeof(*t->sym), by_address);
	shrink(t);
	return 0;
}

int ur_symbols_open(const char *path, struct ur_symbols **ret)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->path = path;
	r = table_read(&s->t, path);
	if (r)
		return r;
	*ret = ur_take(s);
	return 0;
}

int ur_symbols_new(struct ur_symbols **ret)
{
	return ur_symbols_open(KALLSYMS, ret);
}

void ur_symbols_free(struct ur_symbols *s)
{
	if (!s)
		return;
	table_clear(&s->t);
	free(s);
}

int ur_symbols_refresh(struct ur_symbols *s)
{
	struct table t = {};
	int r = table_read(&t, s->path);

	if (r) {
		table_clear(&t);
		return r;
	}
	table_clear(&s->t);
	s->t = t;
	return 0;
}

bool ur_symbols_hidden(const struct ur_symbols *s)
{
	return s->t.seen && !s->t.n;
}

static const char *name_of(const struct table *t, const struct symbol *sym)
{
	return t->names + sym->name;
}

/* Where the function at @sym ends: at the next other address, if that is its neighbour. */
static uint64_t end_of(const struct table *t, const struct symbol *sym)
{
	const struct symbol *next = sym, *last = t->sym + t->n;

	while (next < last && next->addr == sym->addr)
		next++;
	if (next < last && next->module == sym->module)
		return next->addr;
	if (next < last && next->addr - sym->addr < LAST_FUNCTION_MAX)
		return next->addr;
	return sym->addr + LAST_FUNCTION_MAX;
}

/* Find the one symbol that @fits; a global one goes before local ones. */
static int find(const struct table *t, bool (*fits)(const char *, const char *), const char *name,
		uint64_t *start, uint64_t *end)
{
	const struct symbol *found = NULL;
	bool twice = false;

	for (const struct symbol *s = t->sym; s < t->sym + t->n; s++) {
		if (!fits(name_of(t, s), name))
			continue;
		if (!found || s->global > found->global) {
			found = s;
			twice = false;
		} else if (s->global == found->global && s->addr != found->addr) {
			twice = true;
		}
	}
	if (!found || twice)
		return found ? -ENOTUNIQ : -ENOENT;
	*start = found->addr;
	*end = end_of(t, found);
	return 0;
}

static bool is_name(const char *symbol, const char *name)
{
	return !strcmp(symbol, name);
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

int ur_symbols_range(const struct ur_symbols *s, const char *name, uint64_t *start, uint64_t *end)
{
	return find(&s->t, is_name, name, start, end);
}

int ur_symbols_range_cold(const struct ur_symbols *s, const char *name, uint64_t *start,
			  uint64_t *end)
{
	return find(&s->t, is_cold_part, name, start, end);
}

/* The first symbol of the last address that is not above @addr, or NULL. */
static const struct symbol *covering(const struct table *t, uint64_t addr)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->sym[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	while (low > 1 && t->sym[low - 2].addr == t->sym[low - 1].addr)
		low--;
	return low ? &t->sym[low - 1] : NULL;
}

size_t ur_symbols_format(const struct ur_symbols *s, uint64_t addr, char *buf, size_t len)
{
	const struct symbol *sym = addr ? covering(&s->t, addr - 1) : NULL;
	uint64_t end = sym ? end_of(&s->t, sym) : 0;
	const char *module;
	int n;

	if (!len)
		return 0;
	buf[0] = '\0';
	if (!sym || addr - 1 >= end)
		return 0;
	module = s->t.names + sym->module;
	n = snprintf(buf, len, "%s+0x%" PRIx64 "/0x%" PRIx64 "%s%s%s", name_of(&s->t, sym),
		     addr - sym->addr, end - sym->addr, *module ? " [" : "", module,
		     *module ? "]" : "");
	if (n < 0)
		return 0;
	return (size_t)n < len ? (size_t)n : len - 1;
}
