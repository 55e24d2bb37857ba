/* SPDX-License-Identifier: GPL-2.0-only */
/* symbols.c - see probe/symbols.h. The kernel's part is bpf/symbols.bpf.c. */
#include "user/probe/symbols.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include "symbols.skel.h"

static int run(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts) ? -errno : 0;
}

static int find(void *arg, const char *name, uint64_t *addr)
{
	struct ur_bpf_symbols *skel = arg;
	int r;

	if (strlen(name) >= sizeof(skel->bss->symbol_name))
		return -ENOENT;
	memset(skel->bss->symbol_name, 0, sizeof(skel->bss->symbol_name));
	memcpy(skel->bss->symbol_name, name, strlen(name));
	skel->bss->symbol_result = -ENOENT;
	r = run(skel->progs.symbol_find) ?: (int)skel->bss->symbol_result;
	if (r)
		return r;
	*addr = skel->bss->symbol_address;
	return *addr ? 0 : -ENOENT;
}

static int tell(void *arg, uint64_t addr, char *text, size_t len)
{
	struct ur_bpf_symbols *skel = arg;
	int r;

	skel->bss->symbol_address = addr;
	skel->bss->symbol_result = -ENOENT;
	r = run(skel->progs.symbol_tell);
	if (r || skel->bss->symbol_result <= 0)
		return r ?: -ENOENT;
	snprintf(text, len, "%.*s", (int)sizeof(skel->bss->symbol_text) - 1,
		 skel->bss->symbol_text);
	return 0;
}

static void let_go(void *arg)
{
	ur_bpf_symbols__destroy(arg);
}

/* The kernel must find what is surely there, and tell the same of it. */
static bool answers(struct ur_bpf_symbols *skel)
{
	static const char name[] = "__icmp_send";
	char text[256];
	uint64_t addr;

	return !find(skel, name, &addr) && !tell(skel, addr, text, sizeof(text)) &&
	       !strncmp(text, name, strlen(name)) && !strncmp(text + strlen(name), "+0x0/0x", 7);
}

static int ask(struct ur_symbols **ret)
{
	struct ur_bpf_symbols *skel = ur_bpf_symbols__open_and_load();
	struct ur_symbols_source source = { find, tell, let_go, skel };
	int r = skel ? 0 : -errno;

	if (!r && !answers(skel))
		r = -ENOENT;
	r = r ?: ur_symbols_ask(&source, ret);
	if (r)
		ur_bpf_symbols__destroy(skel);
	return r;
}

int ur_probe_symbols_new(bool quick, struct ur_symbols **ret)
{
	if (quick && !ask(ret))
		return 0;
	return ur_symbols_new(ret);
}
