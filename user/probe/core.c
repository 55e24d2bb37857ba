/* SPDX-License-Identifier: GPL-2.0-only */
/* core.c - hooks on the kernel proper: which program takes which function. */
#include <stdio.h>
#include <string.h>
#include "user/evidence.h"
#include "user/probe/btf.h"
#include "user/probe/internal.h"
#include "unreach.skel.h"

/* fentry and fexit where the kernel takes them, found out by trying: BTF lists functions
 * that a locked-down, livepatched or older kernel refuses to attach to. */
const struct ur_core_row ur_core_rows[] = {
	{ "__icmp_send", NULL, "icmp4_enter", false, UR_MISSING_REJECT | UR_MISSING_ICMP4, false,
	  "who asked for an ICMP error" },
	{ "__icmp_send", "icmp4_exit", "icmp4_exit_kret", true, UR_MISSING_ICMP4, true,
	  "ICMP errors" },
	{ "icmp6_send", NULL, "icmp6_enter", false, UR_MISSING_REJECT | UR_MISSING_ICMP6, false,
	  "who asked for an ICMPv6 error" },
	{ "icmp6_send", "icmp6_exit", "icmp6_exit_kret", true, UR_MISSING_ICMP6, false,
	  "ICMPv6 errors" },
	{ "icmp_global_allow", "global_allow_net", "global_allow_kret", true,
	  UR_MISSING_OUTCOME_GLOBAL, false, "refusals by the global rate limit" },
	{ "icmpv4_global_allow", NULL, "global_allow4_kret", true, UR_MISSING_OUTCOME_GLOBAL, false,
	  "refusals by the global rate limit, IPv4" },
	{ "icmpv6_global_allow", NULL, "global_allow6_kret", true, UR_MISSING_OUTCOME_GLOBAL, false,
	  "refusals by the global rate limit, IPv6" },
	{ "inet_peer_xrlim_allow", "peer_allow", "peer_allow_kret", true, UR_MISSING_OUTCOME_PEER,
	  false, "refusals by the per-peer rate limit" },
	{ "ip_push_pending_frames", "push4", "push4_kret", true, UR_MISSING_OUTCOME_PUSH, false,
	  "whether IPv4 output took the answer" },
	{ "ip6_push_pending_frames", "push6", "push6_kret", true, UR_MISSING_OUTCOME_PUSH, false,
	  "whether IPv6 output took the answer" },
	{ "ip_push_pending_frames", "push4_enter", "push4_enter_kprobe", false, UR_MISSING_ANSWER,
	  false, "the answers themselves, for -w" },
	{ "icmp_out_count", "answer4", "answer4_kprobe", false, UR_MISSING_ANSWER, false,
	  "the answers themselves, for -w" },
	{ "ip6_push_pending_frames", "push6_enter", "push6_enter_kprobe", false, UR_MISSING_ANSWER,
	  false, "the answers themselves, for -w, IPv6" },
	{ "ip_error", NULL, "error_enter", false, UR_MISSING_OUTCOME_ROUTE, false,
	  "refusals by the limit of routes that refuse" },
	{ "ip_error", NULL, "error_exit", true, UR_MISSING_OUTCOME_ROUTE, false,
	  "refusals by the limit of routes that refuse" },
	{ "call_fib_notifiers", "routes_changed", "routes_changed_kprobe", false, UR_MISSING_ROUTES,
	  false, "changes of routes and policy rules" },
	{ "nf_ct_set_closing", NULL, "rst_closing", false, UR_MISSING_RST, false,
	  "whether a rule's TCP reset was built" },
	{ "nf_ct_attach", "rst_built", "rst_built_kprobe", false, UR_MISSING_RST, false,
	  "whether a rule's TCP reset was built" },
	{ "udp_lib_unhash", "udp_end", "udp_end_kprobe", false, UR_MISSING_HISTORY, false,
	  "UDP sockets that are closed" },
	{ "__udp_disconnect", "udp_leave", "udp_leave_kprobe", false, UR_MISSING_HISTORY, false,
	  "UDP sockets that give up their port" },
	{ "net_ns_net_exit", "net_end", "net_end_kprobe", false, UR_MISSING_HISTORY, false,
	  "network namespaces that end" },
	{ "icmp_unreach", "received4_enter", "received4_enter_kprobe", false, UR_MISSING_RECEIVED,
	  false, "ICMP errors that come" },
	{ "icmp_unreach", "received4_exit", "received_exit_kret", true, UR_MISSING_RECEIVED, false,
	  "what becomes of ICMP errors that come" },
	{ "icmpv6_notify", "received6_enter", "received6_enter_kprobe", false, UR_MISSING_RECEIVED,
	  false, "ICMPv6 errors that come" },
	{ "icmpv6_notify", "received6_exit", "received_exit_kret", true, UR_MISSING_RECEIVED, false,
	  "what becomes of ICMPv6 errors that come" },
	{ "sock_def_error_report", "received_told", "received_told_kprobe", false,
	  UR_MISSING_RECEIVED, false, "sockets that are told of an error" },
	{ "tcp_v4_err", "received_tcp4", "received_tcp_kret", true, UR_MISSING_RECEIVED, false,
	  "connections that an error is about" },
	{ "tcp_v6_err", "received_tcp6", "received_tcp_kret", true, UR_MISSING_RECEIVED, false,
	  "connections that an error is about, IPv6" },
	{ "tcp_v4_send_reset", NULL, "reset4_enter", false, UR_MISSING_RESET, false,
	  "TCP resets that answer IPv4 segments" },
	{ "tcp_v4_send_reset", "reset4_exit", "reset_exit_kret", true, UR_MISSING_RESET, false,
	  "what becomes of TCP resets, IPv4" },
	{ "tcp_v6_send_reset", NULL, "reset6_enter", false, UR_MISSING_RESET, false,
	  "TCP resets that answer IPv6 segments" },
	{ "tcp_v6_send_reset", "reset6_exit", "reset_exit_kret", true, UR_MISSING_RESET, false,
	  "what becomes of TCP resets, IPv6" },
	{ "tcp_send_active_reset", NULL, "reset_active_enter", false, UR_MISSING_RESET, false,
	  "TCP resets that end a connection" },
	{ "tcp_send_active_reset", "reset_active_exit", "reset_exit_kret", true, UR_MISSING_RESET,
	  false, "what becomes of TCP resets that end a connection" },
	{ "inet_csk_listen_stop", "listener_end", "listener_end_kprobe", false,
	  UR_MISSING_LISTENERS, false, "TCP listeners that are closed" },
	{ "tcp_abort", "listener_abort", "listener_abort_kprobe", false, UR_MISSING_LISTENERS,
	  false, "TCP listeners that are destroyed from outside" },
	{ "module_load", "module_load", NULL, false, UR_MISSING_REJECT, false,
	  "firewall modules that come later" },
	{ "module_free", "module_free", NULL, false, 0, false, "firewall modules that go" },
};
const size_t ur_core_nrows = sizeof(ur_core_rows) / sizeof(*ur_core_rows);
_Static_assert(sizeof(ur_core_rows) / sizeof(*ur_core_rows) <= UR_CORE_MAX, "raise UR_CORE_MAX");

/* Of functions that every kernel has: without its symbol, one is inlined, and missing. */
#define UNLESS_INLINED (UR_MISSING_OUTCOME_ROUTE | UR_MISSING_ROUTES | UR_MISSING_RST)

bool ur_probe_is_bad(const struct ur_probe *p, const char *prog)
{
	for (size_t i = 0; i < p->nbad; i++)
		if (!strcmp(p->bad[i], prog))
			return true;
	return false;
}

void ur_probe_set_bad(struct ur_probe *p, const char *prog)
{
	if (p->nbad < UR_BAD_MAX)
		snprintf(p->bad[p->nbad++], sizeof(p->bad[0]), "%s", prog);
}

static bool is_tracepoint(const struct ur_core_row *row)
{
	return !row->kprobe;
}

/* icmp_global_allow() got an argument (v6.1 and its stable kin): where its result lies
 * follows from that. */
static const char *trampoline_of(const struct ur_probe *p, const struct ur_core_row *row)
{
	const struct btf_type *t;
	int id = ur_btf_index_find(p->names, row->func, BTF_KIND_FUNC);

	if (!row->trampoline || id < 0)
		return NULL;
	t = btf__type_by_id(p->btf, btf__type_by_id(p->btf, id)->type);
	if (!strcmp(row->trampoline, "global_allow_net") && t && btf_vlen(t) == 0)
		return "global_allow_void";
	return row->trampoline;
}

/* Do resets of rules close the connection that conntrack knows? */
static bool closes_connections(const struct ur_probe *p)
{
	return ur_btf_index_find(p->names, "nf_ct_set_closing", BTF_KIND_FUNC) >= 0;
}

/* May a function of one of the kernel's source files be inlined in another? Only a linker that
 * optimizes could do that, and only with clang does the kernel have one. */
static bool inlines_across_files(void)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/version", "re");
	char line[1024];

	return !f || !fgets(line, sizeof(line), f) || strstr(line, "clang");
}

/* Does the hook on @func see all its callers in other files? */
static bool sees_other_files(const struct ur_probe *p, const char *func)
{
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (!strcmp(ur_core_rows[i].func, func) && p->chosen[i])
			return !inlines_across_files();
	return false;
}

/* What comes is looked at only when that was asked for. Namespaces need watching only where
 * nothing but their address tells them apart: before v5.12 struct net.net_cookie is an
 * atomic64_t that is 0 until somebody asks for it. */
static bool needless(const struct ur_probe *p, const struct ur_core_row *row)
{
	int id = ur_btf_index_find(p->names, "net", BTF_KIND_STRUCT);
	const struct btf_type *net = id < 0 ? NULL : btf__type_by_id(p->btf, id);

	if (row->missing & UR_MISSING_RECEIVED && !p->received)
		return true;
	if (row->missing & UR_MISSING_TCP && !p->tcp_reset)
		return true;
	if (row->missing & UR_MISSING_ANSWER && !p->answers)
		return true;
	if (!strcmp(row->func, "icmpv6_global_allow"))
		/* it calls this one */
		return sees_other_files(p, "icmp_global_allow");
	if (!strcmp(row->func, "nf_ct_set_closing"))
		return !closes_connections(p);
	if (!strcmp(row->func, "nf_ct_attach")) /* it has the answer */
		return closes_connections(p) && !p->answers;
	if (strcmp(row->func, "net_ns_net_exit") != 0 || !net)
		return false;
	for (int i = 0; i < btf_vlen(net); i++) {
		const struct btf_member *m = &btf_members(net)[i];
		const struct btf_type *type = btf__type_by_id(p->btf, m->type);

		if (!strcmp(btf__name_by_offset(p->btf, m->name_off), "net_cookie"))
			return strcmp(btf__name_by_offset(p->btf, type->name_off), "atomic64_t");
	}
	return false;
}

static bool in_kernel(const struct ur_probe *p, const char *func)
{
	uint64_t start, end;

	return p->symbols_hidden || ur_symbols_range(p->syms, NULL, func, &start, &end) != -ENOENT;
}

/* The program to load for @row, NULL for none. It asks the kernel for the function, which takes
 * 24,000 instructions: ur_core_plan() notes the answer. */
static const char *choose(const struct ur_probe *p, const struct ur_core_row *row)
{
	const char *t = is_tracepoint(row) ? row->trampoline : trampoline_of(p, row);

	if (needless(p, row))
		return NULL;
	if (row->missing & UR_MISSING_RESET && ur_probe_is_bad(p, UR_BUILDER_TCP))
		return NULL;
	if (t && !ur_probe_is_bad(p, t))
		return t;
	if (row->kprobe && in_kernel(p, row->func) && !ur_probe_is_bad(p, row->kprobe))
		return row->kprobe;
	return NULL;
}

/* What builds records: without one of these there are none. */
static const struct {
	const char *prog;
	uint32_t slot;
} builders[] = {
	{ "record_build", UR_BUILD_RECORD },
	{ "record_xt", UR_BUILD_XT },
	{ "record_rule", UR_BUILD_RULE },
	{ "record_sockets", UR_BUILD_SOCKETS },
};
#define NBUILDERS (sizeof(builders) / sizeof(*builders))

static bool is_builder(const char *prog)
{
	for (size_t i = 0; i < NBUILDERS; i++)
		if (!strcmp(prog, builders[i].prog))
			return true;
	return false;
}

static bool is_chosen(const struct ur_probe *p, const char *prog)
{
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (p->chosen[i] && !strcmp(p->chosen[i], prog))
			return true;
	return false;
}

int ur_core_plan(struct ur_probe *p)
{
	struct bpf_program *prog;

	for (size_t i = 0; i < ur_core_nrows; i++)
		p->chosen[i] = choose(p, &ur_core_rows[i]);
	bpf_object__for_each_program(prog, p->skel->obj) {
		const char *name = bpf_program__name(prog);
		bool wanted = is_builder(name) || is_chosen(p, name) ||
			      (p->tcp_reset && !strcmp(name, UR_BUILDER_TCP)) ||
			      ur_probe_filter_wants(p, name);

		for (size_t i = 0; i < ur_module_nrows && !wanted; i++)
			wanted = ur_module_wants(p, &ur_module_rows[i], name);
		if (wanted && ur_probe_is_bad(p, name))
			wanted = false;
		bpf_program__set_autoload(prog, wanted);
	}
	return 0;
}

static struct bpf_link *attach(const struct ur_core_row *row, struct bpf_program *prog, bool kprobe)
{
	if (kprobe)
		return bpf_program__attach_kprobe(prog, row->ret, row->func);
	return bpf_program__attach(prog);
}

static enum ur_hook_state state_of(const struct ur_core_row *row, bool kprobe)
{
	if (is_tracepoint(row))
		return UR_HOOK_TRACEPOINT;
	return kprobe ? UR_HOOK_KPROBE : UR_HOOK_FENTRY;
}

/* Of these two, ICMP errors pass the second, too, and would pay for a hook that only concerns the
 * resets of rules: so it is the first that is hooked where there is one, and either only when one
 * of the rules' functions is. */
static bool is_late(const struct ur_core_row *row)
{
	return row->missing == UR_MISSING_RST;
}

/* Where one trampoline can't be attached, that of a late hook can't. */
static void set_bad_trampoline(struct ur_probe *p, const char *name)
{
	ur_probe_set_bad(p, name);
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (is_late(&ur_core_rows[i]) && ur_core_rows[i].trampoline &&
		    !ur_probe_is_bad(p, ur_core_rows[i].trampoline))
			ur_probe_set_bad(p, ur_core_rows[i].trampoline);
}

static int attach_program(struct ur_probe *p, const struct ur_core_row *row, const char *name,
			  struct ur_attached *a)
{
	bool kprobe = row->kprobe && !strcmp(name, row->kprobe);
	struct bpf_program *prog = bpf_object__find_program_by_name(p->skel->obj, name);

	a->link = prog ? attach(row, prog, kprobe) : NULL;
	if (a->link) {
		a->state = state_of(row, kprobe);
		return 0;
	}
	a->state = UR_HOOK_FAILED;
	snprintf(a->reason, sizeof(a->reason), "attaching %s: %s", name, strerror(errno));
	if (kprobe || is_tracepoint(row))
		return 0;
	set_bad_trampoline(p, name);
	return -EAGAIN;
}

static int attach_row(struct ur_probe *p, const struct ur_core_row *row, struct ur_attached *a)
{
	const char *name = p->chosen[row - ur_core_rows];

	if (needless(p, row)) {
		a->state = UR_HOOK_NEEDLESS;
		return 0;
	}
	if (!name) {
		bool there = in_kernel(p, row->func) || is_tracepoint(row);

		a->state = there || (row->missing & UNLESS_INLINED) ? UR_HOOK_FAILED :
								      UR_HOOK_ABSENT;
		if (a->state == UR_HOOK_FAILED)
			snprintf(a->reason, sizeof(a->reason), "%s",
				 there ? "the kernel refused every program for it" :
					 "inlined in this kernel");
		return 0;
	}
	if (is_late(row)) {
		a->late = name;
		a->state = UR_HOOK_WAITING;
		return 0;
	}
	return attach_program(p, row, name, a);
}

int ur_core_set_slot(struct ur_probe *p, uint32_t slot, int fd)
{
	return bpf_map_update_elem(bpf_map__fd(p->skel->maps.builder), &slot, &fd, BPF_ANY) ?
		       -errno :
		       0;
}

int ur_core_set_builder(struct ur_probe *p, const char *name, uint32_t slot)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(p->skel->obj, name);
	int fd = prog ? bpf_program__fd(prog) : -ENOENT;

	return fd < 0 ? fd : ur_core_set_slot(p, slot, fd);
}

static bool is_kretprobe(const struct ur_probe *p, const struct ur_core_row *row)
{
	const char *name = p->chosen[row - ur_core_rows];

	return row->ret && name && !strcmp(name, row->kprobe);
}

/* Of the probes on one function the kernel runs the last one first, and a kretprobe puts its own
 * return address in place of the caller's: those that want to know the caller come after it. */
static int attach_rows(struct ur_probe *p, bool kretprobes)
{
	int r = 0;

	for (size_t i = 0; i < ur_core_nrows; i++)
		if (is_kretprobe(p, &ur_core_rows[i]) == kretprobes &&
		    attach_row(p, &ur_core_rows[i], &p->core[i]))
			r = -EAGAIN;
	return r;
}

static void give_up_row(struct ur_attached *a, const char *reason)
{
	bpf_link__destroy(a->link);
	*a = (struct ur_attached){ .state = UR_HOOK_FAILED };
	snprintf(a->reason, sizeof(a->reason), "%s", reason);
}

static bool is_missing(const struct ur_attached *a)
{
	return a->state == UR_HOOK_FAILED || a->state == UR_HOOK_ABSENT;
}

/* Of two rows in a row of one function the first sees it begin, the second end. A begin without
 * its end leaves behind what nobody takes away. A kretprobe has no arguments: it knows by the
 * begin what has ended. */
static void pair_rows(struct ur_probe *p)
{
	for (size_t i = 0; i + 1 < ur_core_nrows; i++) {
		struct ur_attached *begin = &p->core[i], *end = &p->core[i + 1];

		if (strcmp(ur_core_rows[i].func, ur_core_rows[i + 1].func) != 0)
			continue;
		if (begin->link && is_missing(end))
			give_up_row(begin, "of no use while its end is not seen");
		else if (is_missing(begin) && end->state == UR_HOOK_KPROBE)
			give_up_row(end, "of no use while its begin is not seen");
	}
}

int ur_core_attach(struct ur_probe *p)
{
	int r = 0;

	for (size_t i = 0; i < NBUILDERS && !r; i++)
		r = ur_core_set_builder(p, builders[i].prog, builders[i].slot);
	if (!r && p->tcp_reset && !ur_probe_is_bad(p, UR_BUILDER_TCP))
		r = ur_core_set_builder(p, UR_BUILDER_TCP, UR_BUILD_RESET);
	r = r ?: ur_probe_filter_install(p);
	if (r)
		return r;
	r = attach_rows(p, true);
	if (attach_rows(p, false))
		r = -EAGAIN;
	if (!r)
		pair_rows(p);
	return r;
}

void ur_core_attach_late(struct ur_probe *p)
{
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (p->core[i].late && p->core[i].state == UR_HOOK_WAITING)
			attach_program(p, &ur_core_rows[i], p->core[i].late, &p->core[i]);
}

void ur_core_detach(struct ur_probe *p)
{
	for (size_t i = 0; i < UR_CORE_MAX; i++) {
		bpf_link__destroy(p->core[i].link);
		p->core[i] = (struct ur_attached){};
	}
}

/* Kernels before 5.12 have a shorter struct bpf_prog_info. */
bool ur_probe_missed(const struct ur_probe *p, uint64_t *ret)
{
	const uint32_t end = offsetof(struct bpf_prog_info, recursion_misses) +
			     sizeof(((struct bpf_prog_info *)0)->recursion_misses);
	struct bpf_program *prog;
	bool known = false;

	*ret = 0;
	bpf_object__for_each_program(prog, p->skel->obj) {
		struct bpf_prog_info info = {};
		uint32_t len = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || len < end)
			continue;
		*ret += info.recursion_misses;
		known = true;
	}
	return known;
}
