/* SPDX-License-Identifier: GPL-2.0-only */
/* module.c - hooks on netfilter's modules, which come and go while we run.
 *
 * kprobes only: fentry would pin the module, and an admin must be able to unload it.
 */
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include "user/evidence.h"
#include "user/host/kmod.h"
#include "user/probe/internal.h"
#include "user/probe/layout.h"
#include "unreach.skel.h"

#define REJECT(func, module, enter, range, purpose)                                           \
	{                                                                                     \
		func, module, enter, "reject_exit", range, UR_MISSING_REJECT, false, purpose, \
			false                                                                 \
	}
#define HAND_BUILT(func, module, enter, exit)                                          \
	{                                                                              \
		func, module, enter, exit, UR_NO_RANGE, UR_MISSING_OUTCOME_HAND, true, \
			"whether a bridge or netdev rule's answer was built", false    \
	}

const struct ur_module_row ur_module_rows[] = {
	REJECT("nft_reject_ipv4_eval", "nft_reject_ipv4", "nft_reject_enter", UR_FN_NFT_REJECT_IPV4,
	       "nftables reject, family ip"),
	REJECT("nft_reject_ipv6_eval", "nft_reject_ipv6", "nft_reject_enter", UR_FN_NFT_REJECT_IPV6,
	       "nftables reject, family ip6"),
	REJECT("nft_reject_inet_eval", "nft_reject_inet", "nft_reject_enter", UR_FN_NFT_REJECT_INET,
	       "nftables reject, family inet"),
	REJECT("nft_reject_bridge_eval", "nft_reject_bridge", "nft_reject_enter",
	       UR_FN_NFT_REJECT_BRIDGE, "nftables reject, family bridge"),
	REJECT("nft_reject_netdev_eval", "nft_reject_netdev", "nft_reject_enter",
	       UR_FN_NFT_REJECT_NETDEV, "nftables reject, family netdev"),
	REJECT("reject_tg", "ipt_REJECT", "xt_reject_enter", UR_FN_REJECT_TG, "iptables REJECT"),
	REJECT("reject_tg6", "ip6t_REJECT", "xt_reject_enter", UR_FN_REJECT_TG6,
	       "ip6tables REJECT"),
	HAND_BUILT("nf_reject_skb_v4_unreach", "nf_reject_ipv4", NULL, "hand_built_exit"),
	HAND_BUILT("nf_reject_skb_v4_tcp_reset", "nf_reject_ipv4", NULL, "hand_built_exit"),
	HAND_BUILT("nf_reject_skb_v6_unreach", "nf_reject_ipv6", NULL, "hand_built_exit"),
	HAND_BUILT("nf_reject_skb_v6_tcp_reset", "nf_reject_ipv6", NULL, "hand_built_exit"),
	HAND_BUILT("nf_reject_iphdr_put", "nf_reject_ipv4", "hand_built_enter", NULL),
	HAND_BUILT("nf_reject_ip6hdr_put", "nf_reject_ipv6", "hand_built_enter", NULL),
	{ "nf_tables_commit", "nf_tables", "rules_change", NULL, UR_NO_RANGE, 0, false,
	  "changes of nftables rules, to read their texts ahead", false },
	{ "xt_replace_table", "x_tables", "table_change", "table_changed", UR_NO_RANGE, 0, false,
	  "changes of legacy iptables' rules, to read their texts ahead", false },
	{ "nf_conntrack_inet_error", "nf_conntrack", "ct_error_enter", "ct_error_exit", UR_NO_RANGE,
	  UR_MISSING_CONNTRACK, false, "destinations before NAT, where no socket fits", false },
	{ "nf_ct_kill_acct", "nf_conntrack", "ct_reset", NULL, UR_NO_RANGE, 0, false,
	  "the same for TCP connections that are reset", true },
};
const size_t ur_module_nrows = sizeof(ur_module_rows) / sizeof(*ur_module_rows);
_Static_assert(sizeof(ur_module_rows) / sizeof(*ur_module_rows) <= UR_MODULE_MAX,
	       "raise UR_MODULE_MAX");

/* Functions that only prove a caller, or what a netfilter hook is. The UDP receive function
 * is udp_rcv() where __udp4_lib_rcv() is gone (v7.2) or inlined. */
static const struct {
	const char *name;
	const char *module; /* NULL: the kernel proper */
	uint32_t range;
} callers[] = {
	{ "udp_rcv", NULL, UR_FN_UDP4_RCV },
	{ "__udp4_lib_rcv", NULL, UR_FN_UDP4_RCV },
	{ "udpv6_rcv", NULL, UR_FN_UDP6_RCV },
	{ "__udp6_lib_rcv", NULL, UR_FN_UDP6_RCV },
	{ "nf_send_unreach", "nf_reject_ipv4", UR_FN_NF_SEND_UNREACH },
	{ "nf_send_unreach6", "nf_reject_ipv6", UR_FN_NF_SEND_UNREACH6 },
	{ "nft_do_chain_inet", "nf_tables", UR_FN_NFT_CHAIN_INET },
	{ "nft_do_chain_ipv4", "nf_tables", UR_FN_NFT_CHAIN_IPV4 },
	{ "nft_do_chain_ipv6", "nf_tables", UR_FN_NFT_CHAIN_IPV6 },
	{ "nft_do_chain_bridge", "nf_tables", UR_FN_NFT_CHAIN_BRIDGE },
	{ "nft_do_chain_netdev", "nf_tables", UR_FN_NFT_CHAIN_NETDEV },
	{ "nft_do_chain_inet_ingress", "nf_tables", UR_FN_NFT_CHAIN_INGRESS },
	{ "ipt_do_table", "ip_tables", UR_FN_IPT_DO_TABLE },
	{ "ip6t_do_table", "ip6_tables", UR_FN_IP6T_DO_TABLE },
};

/* Modules whose coming or going changes what we hook or read: all that the tables name. */
static const char *const followed[] = {
	"nf_tables",         "x_tables",          "ip_tables",      "ip6_tables",
	"nft_compat",        "nf_reject_ipv4",    "nf_reject_ipv6", "nft_reject_ipv4",
	"nft_reject_ipv6",   "nft_reject_inet",   "ipt_REJECT",     "ip6t_REJECT",
	"nft_reject_bridge", "nft_reject_netdev", "nf_conntrack",
};

#define FOLLOWED (sizeof(followed) / sizeof(*followed))
_Static_assert(FOLLOWED <= UR_FOLLOWED_MAX, "raise UR_FOLLOWED_MAX");

static int followed_index(const char *name)
{
	for (size_t i = 0; i < FOLLOWED; i++)
		if (!strcmp(followed[i], name))
			return (int)i;
	return -ENOENT;
}

bool ur_module_matters(const char *name)
{
	return followed_index(name) >= 0;
}

/* Where the modules are that we follow, from /proc/modules; all 0 where one is not there, or
 * going. Their functions are read from kallsyms later: that takes long, and packets don't wait.
 * A kernel without modules has no such file. Returns 0 or -errno. */
static int look_at_modules(struct ur_probe *p)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/modules", "re");
	char line[1024], mod[64], state[16];
	unsigned long long size, start;

	if (!f && errno != ENOENT)
		return -errno;
	memset(p->modules, 0, sizeof(p->modules));
	while (f && fgets(line, sizeof(line), f)) {
		int i;

		if (sscanf(line, "%63s %llu %*s %*s %15s %llx", mod, &size, state, &start) != 4)
			continue;
		i = followed_index(mod);
		if (i >= 0 && strcmp(state, "Unloading") != 0)
			p->modules[i] = (struct ur_range){ .start = start, .end = start + size };
	}
	return f && ferror(f) ? -EIO : 0;
}

/* Where module @name lay when we looked last. */
static struct ur_range module_range(const struct ur_probe *p, const char *name)
{
	int i = followed_index(name);

	if (i < 0)
		return (struct ur_range){};
	return p->modules[i];
}

static struct ur_range range_of(const struct ur_symbols *syms, const char *module, const char *name)
{
	uint64_t start, end, cold_start = 0, cold_end = 0;

	if (ur_symbols_range(syms, module, name, &start, &end))
		return (struct ur_range){};
	/* 0 when it has none */
	ur_symbols_range_cold(syms, module, name, &cold_start, &cold_end);
	return (struct ur_range){ start, end, cold_start, cold_end };
}

/* Where @func of @module (NULL: of the kernel proper) lies. While p->syms may be of a time
 * before the module came, where the module lies must do. */
static struct ur_range caller_range(const struct ur_probe *p, const char *func, const char *module,
				    bool fresh)
{
	struct ur_range range = {};

	if (module && !fresh)
		range = module_range(p, module);
	return range.start ? range : range_of(p->syms, module, func);
}

static void publish_ranges(struct ur_probe *p, bool fresh)
{
	struct ur_range *ranges = p->skel->bss->ur_ranges;

	for (size_t i = 0; i < ur_module_nrows; i++) {
		const struct ur_module_row *row = &ur_module_rows[i];

		if (row->range != UR_NO_RANGE)
			ranges[row->range] = caller_range(p, row->func, row->module, fresh);
	}
	for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++) {
		struct ur_range range = caller_range(p, callers[i].name, callers[i].module, fresh);

		if (range.start || callers[i].module)
			ranges[callers[i].range] = range;
	}
}

/* Where the kernel does not name the variable that says it: what that variable holds. */
static uint32_t rules_id(struct ur_probe *p, const struct ur_layout *l, bool fresh)
{
	if (p->variables_moved)
		p->rules_id = 0;
	if (!p->rules_id && fresh)
		p->rules_id = ur_probe_tables_rules(l->pernet_base_seq);
	return p->rules_id;
}

/* The kernel's types are let go of once it has started. They are 5 MB, and libbpf has them twice
 * for a moment; modules are read without them but for what only they can tell. */
static int find_layout(struct ur_probe *p, struct ur_layout *l)
{
	struct btf *btf;

	if (!ur_probe_layout(l, p->btf, p->names, p->syms, &p->kept))
		return 0;
	btf = btf__load_vmlinux_btf();
	if (!btf) /* what was found so far is all */
		return -errno;
	ur_probe_layout(l, btf, NULL, p->syms, &p->kept);
	btf__free(btf);
	malloc_trim(0);
	return 0;
}

/* Addresses of before are good for functions, which are gone with their module; but not for
 * a variable that nf_tables may have left behind. */
static int publish_layout(struct ur_probe *p, bool fresh)
{
	struct ur_layout l;
	int r = find_layout(p, &l);

	if (l.net_gen && !l.nf_tables_net_id) {
		l.net_id = rules_id(p, &l, fresh);
		l.net_gen = l.net_id ? l.net_gen : 0; /* then nothing is remembered of rules */
	}
	if (fresh)
		p->variables_moved = false;
	else if (p->variables_moved)
		l.net_gen = 0;
	l.epoch = ++p->epoch;
	p->skel->bss->ur_layout = l;
	return r;
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
	bool held = true;
	int err;

	if (row->exit)
		held = (a->exit_link = attach(p, row->exit, true, row->func));
	if (held && row->enter)
		held = (a->link = attach(p, row->enter, false, row->func));
	err = errno;
	if (!held)
		let_go(a);
	else if (!row->missing && row->range == UR_NO_RANGE && !row->tcp_reset)
		p->rules_seen = true;
	a->state = held                           ? UR_HOOK_KPROBE :
		   row->optional && err == ENOENT ? UR_HOOK_ABSENT :
						    UR_HOOK_FAILED;
	if (a->state == UR_HOOK_FAILED)
		snprintf(a->reason, sizeof(a->reason), "kprobe on %s: %s", row->func,
			 strerror(err));
}

/* Functions that are there without their module are built in, and stay. Only symbols that
 * are up to date can tell: old ones still show what has been unloaded. */
static void find_built_in(struct ur_probe *p)
{
	for (size_t i = 0; i < ur_module_nrows; i++) {
		uint64_t start, end;

		p->built_in[i] = !module_range(p, ur_module_rows[i].module).start &&
				 ur_symbols_range(p->syms, NULL, ur_module_rows[i].func, &start,
						  &end) != -ENOENT;
	}
}

static bool refused(const struct ur_probe *p, const char *prog)
{
	return prog && ur_probe_is_bad(p, prog);
}

static bool needless(const struct ur_probe *p, const struct ur_module_row *row)
{
	return row->tcp_reset && !p->tcp_reset;
}

static bool is_here(const struct ur_probe *p, size_t i)
{
	return p->built_in[i] || module_range(p, ur_module_rows[i].module).start;
}

static void follow_hook(struct ur_probe *p, size_t i)
{
	const struct ur_module_row *row = &ur_module_rows[i];
	uint64_t base = module_range(p, row->module).start;
	struct ur_attached *a = &p->module[i];
	bool here = is_here(p, i);

	if (needless(p, row)) {
		a->state = UR_HOOK_NEEDLESS;
		return;
	}
	if (!here || a->base != base)
		let_go(a);
	if (refused(p, row->enter) || refused(p, row->exit)) {
		a->state = UR_HOOK_FAILED;
		snprintf(a->reason, sizeof(a->reason), "the kernel refused its program");
		return;
	}
	if (!here || a->state == UR_HOOK_KPROBE || a->state == UR_HOOK_ABSENT)
		return;
	hold(p, row, a);
	a->base = base;
}

/* Replacements are counted from now on, or no more. What was counted before is another
 * count's: some may not have been seen in between. */
static void watch_tables(struct ur_probe *p)
{
	struct ur_tables *t = p->skel && p->skel->bss ? &p->skel->bss->ur_tables : NULL;
	bool seen = false;

	if (!t) /* nothing could be loaded */
		return;
	for (size_t i = 0; i < ur_module_nrows; i++)
		if (!strcmp(ur_module_rows[i].func, "xt_replace_table"))
			seen = p->module[i].state == UR_HOOK_KPROBE;
	if (seen && !t->watched) {
		__atomic_fetch_add(&t->begun, 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&t->done, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(&t->watched, seen, __ATOMIC_SEQ_CST);
}

uint32_t ur_probe_tables(const struct ur_probe *p)
{
	const struct ur_tables *t = &p->skel->bss->ur_tables;
	uint32_t done = __atomic_load_n(&t->done, __ATOMIC_SEQ_CST);
	uint32_t begun = __atomic_load_n(&t->begun, __ATOMIC_SEQ_CST);

	return __atomic_load_n(&t->watched, __ATOMIC_SEQ_CST) && begun == done ? begun : 0;
}

/* Rules that were made before their changes are hooked must be looked at without a notice. */
static void say_rules_seen(struct ur_probe *p)
{
	const struct ur_notice n = {
		.version = UR_EVENT_VERSION,
		.len = sizeof(n),
		.answer = UR_ANSWER_NOTICE,
		.what = UR_NOTICE_RULES_SEEN,
	};

	if (p->rules_seen && p->fn)
		p->fn(p->arg, &n, sizeof(n));
	p->rules_seen = false;
}

/* Is there a function by which rules reject? */
static bool rules_can_reject(const struct ur_probe *p)
{
	for (size_t i = 0; i < ur_module_nrows; i++)
		if (ur_module_rows[i].range != UR_NO_RANGE && is_here(p, i))
			return true;
	return false;
}

static void follow_hooks(struct ur_probe *p)
{
	if (rules_can_reject(p)) /* before their hooks: what those see must be seen to its end */
		ur_core_attach_late(p);
	for (size_t i = 0; i < ur_module_nrows; i++)
		follow_hook(p, i);
	watch_tables(p);
	say_rules_seen(p);
}

void ur_module_gone(struct ur_probe *p, const char *name)
{
	p->variables_moved |= !strcmp(name, "nf_tables");
	for (size_t i = 0; i < ur_module_nrows; i++)
		if (!strcmp(ur_module_rows[i].module, name))
			let_go(&p->module[i]);
	watch_tables(p);
}

void ur_module_publish(struct ur_probe *p)
{
	(void)look_at_modules(p); /* ur_module_follow() looks again, and says why not */
	(void)publish_layout(p, true);
	publish_ranges(p, true);
}

int ur_module_follow(struct ur_probe *p, bool fresh)
{
	struct ur_range before[UR_FOLLOWED_MAX];
	int r;

	memcpy(before, p->modules, sizeof(before));
	r = look_at_modules(p);
	if (r)
		return r;
	if (!fresh || memcmp(before, p->modules, sizeof(before)) != 0) {
		(void)publish_layout(p, fresh); /* it is done again below, or was before */
		publish_ranges(p, fresh);
	}
	if (fresh)
		find_built_in(p);
	follow_hooks(p); /* at once, with what /proc/modules tells */
	if (fresh)
		return 0;
	r = ur_symbols_refresh(p->syms);
	if (r)
		return r;
	r = publish_layout(p, true);
	publish_ranges(p, true);
	malloc_trim(0);
	return r;
}

void ur_module_detach(struct ur_probe *p)
{
	for (size_t i = 0; i < UR_MODULE_MAX; i++)
		let_go(&p->module[i]);
	watch_tables(p);
}

bool ur_module_wants(const struct ur_probe *p, const struct ur_module_row *row, const char *prog)
{
	if (needless(p, row))
		return false;
	return (row->enter && !strcmp(row->enter, prog)) || (row->exit && !strcmp(row->exit, prog));
}

/* One of the functions that tell of a hand-built answer is enough: which, is the kernel's. */
uint32_t ur_module_missing(const struct ur_probe *p)
{
	uint32_t missing = 0, seen = 0;

	for (size_t i = 0; i < ur_module_nrows; i++) {
		enum ur_hook_state state = p->module[i].state;

		if (state == UR_HOOK_FAILED || state == UR_HOOK_ABSENT)
			missing |= ur_module_rows[i].missing;
		else if (ur_module_rows[i].optional)
			seen |= ur_module_rows[i].missing;
	}
	return missing & ~seen;
}

void ur_module_hook(const struct ur_probe *p, size_t i, struct ur_hook *ret)
{
	const struct ur_module_row *row = &ur_module_rows[i];

	*ret = (struct ur_hook){ row->func, row->purpose, p->module[i].state, p->module[i].reason };
	if (ret->state != UR_HOOK_WAITING || ur_kmod_ships(ur_kmod_folder(), row->module))
		return;
	ret->state = UR_HOOK_ABSENT;
	ret->reason = "this kernel comes without its module";
}
