/* SPDX-License-Identifier: GPL-2.0-only */
/* tables.c - see tables.h. */
#include "user/probe/tables.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "tables.skel.h"
#include "user/base/cleanup.h"
#include "user/enrich/nft_find.h"

#define RULES_TRIES 3 /* while rules change */

UR_DEFINE_CLEANUP(struct ur_bpf_tables, ur_bpf_tables__destroy)

/* Run @prog with a socket of @protocol. */
static bool run(struct ur_bpf_tables *skel, const struct bpf_program *prog, int protocol)
{
	ur_cleanup(ur_closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (fd < 0)
		return false;
	skel->bss->table_socket = fd;
	return !bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

static uint64_t by_socket(struct ur_bpf_tables *skel, int protocol)
{
	return run(skel, skel->progs.table_find, protocol) ? skel->bss->table_address : 0;
}

void ur_probe_tables_find(const struct ur_symbols *syms, struct ur_probe_tables *ret)
{
	ur_cleanup(ur_bpf_tables__destroyp) struct ur_bpf_tables *skel = NULL;
	uint64_t start, end;
	bool udplite;

	ret->udp = ur_symbols_data(syms, "udp_table");
	ret->udplite = ur_symbols_data(syms, "udplite_table");
	/* A kernel without UDP-Lite (v7.1) would look for a module with it. */
	udplite = !ret->udplite &&
		  ur_symbols_range(syms, NULL, "udplite_rcv", &start, &end) != -ENOENT;
	if (ret->udp && !udplite)
		return;
	skel = ur_bpf_tables__open_and_load();
	if (!skel)
		return;
	if (!ret->udp)
		ret->udp = by_socket(skel, IPPROTO_UDP);
	if (udplite)
		ret->udplite = by_socket(skel, IPPROTO_UDPLITE);
}

static bool generation(uint32_t *ret)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;

	return !ur_nfnl_open(&nl) && !ur_nft_generation(&nl, ret);
}

uint32_t ur_probe_tables_rules(uint32_t offset)
{
	ur_cleanup(ur_bpf_tables__destroyp) struct ur_bpf_tables *skel =
		ur_bpf_tables__open_and_load();

	for (size_t i = 0; skel && i < RULES_TRIES; i++) {
		skel->bss->rules_offset = offset;
		if (generation(&skel->bss->rules_generation) &&
		    run(skel, skel->progs.rules_find, IPPROTO_UDP) && skel->bss->rules_found == 1)
			return skel->bss->rules_id;
	}
	return 0;
}
