/* SPDX-License-Identifier: GPL-2.0-only */
/* tables.c - see tables.h. */
#include "user/probe/tables.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "tables.skel.h"
#include "user/base/cleanup.h"

UR_DEFINE_CLEANUP(struct ur_bpf_tables, ur_bpf_tables__destroy)

/* The table that sockets of @protocol are in, by one of ours; 0 when that can't be told. */
static uint64_t by_socket(struct ur_bpf_tables *skel, int protocol)
{
	ur_cleanup(ur_closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (fd < 0)
		return 0;
	skel->bss->table_socket = fd;
	skel->bss->table_address = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.table_find), &opts))
		return 0;
	return skel->bss->table_address;
}

void ur_probe_tables_find(const struct ur_symbols *syms, struct ur_probe_tables *ret)
{
	ur_cleanup(ur_bpf_tables__destroyp) struct ur_bpf_tables *skel = NULL;
	uint64_t start, end;
	bool udplite;

	ret->udp = ur_symbols_data(syms, "udp_table");
	ret->udplite = ur_symbols_data(syms, "udplite_table");
	/* A kernel without UDP-Lite (v7.1) would look for a module with it. */
	udplite = !ret->udplite && ur_symbols_range(syms, NULL, "udplite_rcv", &start, &end) != -ENOENT;
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
