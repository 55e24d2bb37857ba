/* SPDX-License-Identifier: GPL-2.0-only */
/* probe_module.c - hooks on netfilter's modules, which come and go while we run.
 *
 * kprobes only: fentry would pin the module, and an admin must be able to unload it.
 */
#include <stdio.h>
#include <string.h>
#include "user/probe_internal.h"
#include "user/probe_layout.h"
#include "unreach.skel.h"

const struct ur_module_row ur_module_rows[] = {
	{ "nft_reject_ipv4_eval", "nft_reject_ipv4", "nft_reject_enter", UR_FN_NFT_REJECT_IPV4,
	  "nftables reject, family ip" },
	{ "nft_reject_ipv6_eval", "nft_reject_ipv6", "nft_reject_enter", UR_FN_NFT_REJECT_IPV6,
	  "nftables reject, family ip6" },
	{ "nft_reject_inet_eval", "nft_reject_inet", "nft_reject_enter", UR_FN_NFT_REJECT_INET,
	  "nftables reject, family inet" },
	{ "reject_tg", "ipt_REJECT", "xt_reject_enter", UR_FN_REJECT_TG, "iptables REJECT" },
	{ "reject_tg6", "ip6t_REJECT", "xt_reject_enter", UR_FN_REJECT_TG6, "ip6tables REJECT" },
};
const size_t ur_module_nrows = sizeof(ur_module_rows) / sizeof(*ur_module_rows);
_Static_assert(sizeof(ur_module_rows) / sizeof(*ur_module_rows) <= UR_MODULE_MAX,
	       "raise UR_MODULE_MAX");

/* Functions that only prove a caller. The UDP receive function is udp_rcv() where
 * __udp4_lib_rcv() is gone (v7.2) or inlined. */
static const struct {
	const char *name;
	uint32_t range;
} callers[] = {
	{ "udp_rcv", UR_FN_UDP4_RCV },
	{ "__udp4_lib_rcv", UR_FN_UDP4_RCV },
	{ "udpv6_rcv", UR_FN_UDP6_RCV },
	{ "__udp6_lib_rcv", UR_FN_UDP6_RCV },
	{ "nf_send_unreach", UR_FN_NF_SEND_UNREACH },
	{ "nf_send_unreach6", UR_FN_NF_SEND_UNREACH6 },
};

static struct ur_range range_of(const struct ur_symbols *syms, const char *name)
{
	uint64_t start, end, cold_start = 0, cold_end = 0;

	if (ur_symbols_range(syms, name, &start, &end))
		return (struct ur_range){};
	ur_symbols_range_cold(syms, name, &cold_start, &cold_end); /* 0 when it has none */
	return (struct ur_range){ start, end, cold_start, cold_end };
}

static int publish(struct ur_probe *p, uint32_t index, const struct ur_range *r)
{
	return bpf_map__update_elem(p->skel->maps.ranges, &index, sizeof(index), r, sizeof(*r), BPF_ANY);
}

static int publish_ranges(struct ur_probe *p)
{
	int r = 0;

	for (size_t i = 0; i < ur_module_nrows; i++) {
		struct ur_range range = range_of(p->syms, ur_module_rows[i].func);

		r = r ?: publish(p, ur_module_rows[i].range, &range);
	}
	for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++) {
		struct ur_range range = range_of(p->syms, callers[i].name);

		if (range.start || callers[i].range >= UR_FN_NF_SEND_UNREACH)
			r = r ?: publish(p, callers[i].range, &range);
	}
	return r;
}

static int publish_layout(struct ur_probe *p)
{
	struct ur_layout l;
	uint32_t zero = 0;

	ur_probe_layout(&l, p->btf, p->syms);
	return bpf_map__update_elem(p->skel->maps.layout, &zero, sizeof(zero), &l, sizeof(l), BPF_ANY);
}

static void let_go(struct ur_attached *a)
{
	bpf_link__destroy(a->link);
	bpf_link__destroy(a->exit_link);
	*a = (struct ur_attached){ .state = UR_HOOK_WAITING };
}

static struct bpf_link *attach(struct ur_probe *p, const char *prog, bool ret, const char *func)
{
	struct bpf_program *pr = bpf_object__find_program_by_name(p->skel->obj, prog);

	if (!pr || bpf_program__fd(pr) < 0) {
		errno = ENOENT;
		return NULL;
	}
	return bpf_program__attach_kprobe(pr, ret, func);
}

/* The exit first: an entry without its exit would leave claims behind. */
static void hold(struct ur_probe *p, const struct ur_module_row *row, struct ur_attached *a)
{
	a->exit_link = attach(p, "reject_exit", true, row->func);
	a->link = a->exit_link ? attach(p, row->enter, false, row->func) : NULL;
	if (a->link) {
		a->state = UR_HOOK_KPROBE;
		return;
	}
	int err = errno;

	let_go(a);
	a->state = UR_HOOK_FAILED;
	snprintf(a->reason, sizeof(a->reason), "kprobe on %s: %s", row->func, strerror(err));
}

int ur_module_follow(struct ur_probe *p)
{
	int r = ur_symbols_refresh(p->syms);

	if (!r)
		r = publish_layout(p) ?: publish_ranges(p);
	for (size_t i = 0; i < ur_module_nrows; i++) {
		struct ur_attached *a = &p->module[i];
		uint64_t start, end;
		bool here = ur_symbols_range(p->syms, ur_module_rows[i].func, &start, &end) != -ENOENT;

		if (!here)
			let_go(a);
		else if (a->state != UR_HOOK_KPROBE)
			hold(p, &ur_module_rows[i], a);
	}
	return r;
}

void ur_module_detach(struct ur_probe *p)
{
	for (size_t i = 0; i < UR_MODULE_MAX; i++)
		let_go(&p->module[i]);
}
