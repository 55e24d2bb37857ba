// SPDX-License-Identifier: GPL-2.0-only
/* symbols.c - the kernel's symbols: out of a table of them all, or asked for one by one. */
#include "user/host/symbols.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "user/host/symbol_table.h"

#define KALLSYMS "/proc/kallsyms"

/* "name+0x1a/0x90 [module]" of the longest names. */
#define TOLD_MAX 256

struct ur_symbols {
	const char *path;
	struct ur_symbol_table *table; /* NULL: we ask */
	struct ur_symbols_source source;
};

int ur_symbols_open(const char *path, struct ur_symbols **ret)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->path = path;
	r = ur_symbol_table_read(path, &s->table);
	if (r)
		return r;
	*ret = ur_take(s);
	return 0;
}

int ur_symbols_new(struct ur_symbols **ret)
{
	return ur_symbols_open(KALLSYMS, ret);
}

int ur_symbols_ask(const struct ur_symbols_source *source, struct ur_symbols **ret)
{
	struct ur_symbols *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->source = *source;
	*ret = s;
	return 0;
}

void ur_symbols_free(struct ur_symbols *s)
{
	if (!s)
		return;
	ur_symbol_table_free(s->table);
	if (s->source.free)
		s->source.free(s->source.arg);
	free(s);
}

int ur_symbols_refresh(struct ur_symbols *s)
{
	struct ur_symbol_table *t = NULL;
	int r = s->table ? ur_symbol_table_read(s->path, &t) : 0;

	if (!t)
		return r;
	ur_symbol_table_free(s->table);
	s->table = t;
	return 0;
}

bool ur_symbols_hidden(const struct ur_symbols *s)
{
	return s->table && ur_symbol_table_hidden(s->table);
}

/* What is at an address, as the kernel's %pS has it. */
struct told {
	char text[TOLD_MAX];
	size_t name;     /* length of the function's name */
	uint64_t offset; /* of the address in it */
	uint64_t size;
	const char *rest; /* behind it: "" or " [module]" */
};

static bool tell(const struct ur_symbols *s, uint64_t addr, struct told *t)
{
	char *p, *end;

	if (s->source.tell(s->source.arg, addr, t->text, sizeof(t->text)))
		return false;
	p = strrchr(t->text, '+');
	if (!p)
		return false;
	t->name = p - t->text;
	t->offset = strtoull(p + 1, &end, 16);
	if (!t->name || *end != '/')
		return false;
	t->size = strtoull(end + 1, &end, 16);
	t->rest = end;
	return t->size && t->offset < t->size && (!*end || *end == ' ');
}

/* A module's function by the module's name. What the kernel has built in belongs to none. */
static int find(const struct ur_symbols *s, const char *module, const char *name,
		const char *suffix, uint64_t *addr)
{
	char full[TOLD_MAX];
	int r = -ENOENT;

	if (module) {
		snprintf(full, sizeof(full), "%s:%s%s", module, name, suffix);
		r = s->source.find(s->source.arg, full, addr);
	}
	if (r != -ENOENT)
		return r;
	snprintf(full, sizeof(full), "%s%s", name, suffix);
	return s->source.find(s->source.arg, full, addr);
}

static int ask_range(const struct ur_symbols *s, const char *module, const char *name,
		     const char *suffix, uint64_t *start, uint64_t *end)
{
	struct told t;
	uint64_t addr;
	int r = find(s, module, name, suffix, &addr);

	if (r)
		return r;
	if (!tell(s, addr, &t) || t.offset)
		return -ENOENT;
	*start = addr;
	*end = addr + t.size;
	return 0;
}

int ur_symbols_range(const struct ur_symbols *s, const char *module, const char *name,
		     uint64_t *start, uint64_t *end)
{
	if (s->table)
		return ur_symbol_table_range(s->table, name, start, end);
	return ask_range(s, module, name, "", start, end);
}

int ur_symbols_range_cold(const struct ur_symbols *s, const char *module, const char *name,
			  uint64_t *start, uint64_t *end)
{
	if (s->table)
		return ur_symbol_table_range_cold(s->table, name, start, end);
	return ask_range(s, module, name, ".cold", start, end);
}

uint64_t ur_symbols_data(const struct ur_symbols *s, const char *name)
{
	uint64_t addr;

	if (s->table)
		return ur_symbol_table_data(s->table, name);
	return find(s, NULL, name, "", &addr) ? 0 : addr;
}

size_t ur_symbols_format(const struct ur_symbols *s, uint64_t addr, char *buf, size_t len)
{
	struct told t;
	int n;

	if (s->table)
		return ur_symbol_table_format(s->table, addr, buf, len);
	if (!len)
		return 0;
	buf[0] = '\0';
	if (!addr || !tell(s, addr - 1, &t))
		return 0;
	n = snprintf(buf, len, "%.*s+0x%" PRIx64 "/0x%" PRIx64 "%s", (int)t.name, t.text,
		     t.offset + 1, t.size, t.rest);
	if (n < 0)
		return 0;
	return (size_t)n < len ? (size_t)n : len - 1;
}
