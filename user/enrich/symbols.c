/* SPDX-License-Identifier: GPL-2.0-only */
/* symbols.c - when to read the kernel's symbols, and what to say without them. */
#include "user/enrich/symbols.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "user/host/symbols.h"

struct ur_symbolizer {
	struct ur_symbols *symbols; /* NULL: not read yet */
	uint64_t modules;           /* digest of the modules that they are of */
};

int ur_symbolizer_new(struct ur_symbolizer **ret)
{
	struct ur_symbolizer *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*ret = s;
	return 0;
}

void ur_symbolizer_free(struct ur_symbolizer *s)
{
	if (!s)
		return;
	ur_symbols_free(s->symbols);
	free(s);
}

static uint64_t digest(uint64_t sum, const char *text)
{
	for (; text && *text; text++)
		sum = (sum ^ (uint8_t)*text) * 0x100000001b3ull;
	return sum;
}

/* Which modules are loaded, and where: "name size users by state address" a line. The
 * number of users changes all the time and doesn't matter. */
static uint64_t modules_digest(void)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/modules", "re");
	ur_cleanup(ur_freep) char *line = NULL;
	uint64_t sum = 0xcbf29ce484222325ull;
	size_t room = 0;

	while (f && getline(&line, &room, f) > 0) {
		char *save = NULL, *field = strtok_r(line, " \n", &save);

		sum = digest(sum, field);
		for (int i = 1; field && i < 6; i++)
			field = strtok_r(NULL, " \n", &save);
		sum = digest(sum, field);
	}
	return sum;
}

/* Have symbols of the modules that are loaded now. */
static int refresh(struct ur_symbolizer *s)
{
	uint64_t modules = modules_digest();
	int r;

	if (s->symbols && modules == s->modules)
		return 0;
	r = s->symbols ? ur_symbols_refresh(s->symbols) : ur_symbols_new(&s->symbols);
	if (!r)
		s->modules = modules;
	return r;
}

bool ur_symbolizer_stack(struct ur_symbolizer *s, const uint64_t *stack, size_t n,
			 char text[][UR_SYMBOL_MAX])
{
	for (size_t i = 0; i < n; i++)
		text[i][0] = '\0';
	refresh(s);
	if (!s->symbols || ur_symbols_hidden(s->symbols))
		return false;
	for (size_t i = 0; i < n; i++)
		if (stack[i] && !ur_symbols_format(s->symbols, stack[i], text[i], UR_SYMBOL_MAX))
			snprintf(text[i], UR_SYMBOL_MAX, "0x%" PRIx64, stack[i]);
	return true;
}

static bool is_icmp(const char *symbol)
{
	return !strncmp(symbol, "__icmp_send+", 12) || !strncmp(symbol, "icmp6_send+", 11);
}

void ur_stack_from_caller(struct ur_event *ev, char text[][UR_SYMBOL_MAX])
{
	size_t skip = 0, n = ev->nstack;

	while (skip < n && !is_icmp(text[skip]))
		skip++;
	skip = skip < n ? skip + 1 : n;
	ev->nstack = n - skip;
	for (size_t i = 0; i < n; i++) {
		ev->stack[i] = i + skip < n ? ev->stack[i + skip] : 0;
		if (i + skip < n)
			memmove(text[i], text[i + skip], UR_SYMBOL_MAX);
		else
			text[i][0] = '\0';
	}
}

/* "vxlan_rcv+0x1/0x9c0 [vxlan]" to "vxlan_rcv [vxlan]" */
static void cut_offset(char *symbol)
{
	char *plus = strchr(symbol, '+'), *module = plus ? strchr(plus, ' ') : NULL;

	if (module)
		memmove(plus, module, strlen(module) + 1);
	else if (plus)
		*plus = '\0';
}

void ur_symbolizer_encaps(struct ur_symbolizer *s, struct ur_evidence *ev)
{
	for (unsigned i = 0; i < ev->ev.nsocks; i++) {
		/* The symbol of a return address is that of the byte before it. */
		uint64_t inside = ev->ev.socks[i].detail + 1;

		if (!ev->ev.socks[i].detail || (ev->ev.socks[i].flags & UR_SK_BPF))
			continue;
		ur_symbolizer_stack(s, &inside, 1, &ev->encap[i]);
		cut_offset(ev->encap[i]);
	}
}
