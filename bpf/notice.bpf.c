/* SPDX-License-Identifier: GPL-2.0-only */
/* notice.bpf.c - changes of the kernel that user space must follow. */
#include "bpf/notice.bpf.h"

static __always_inline int ur_notice_module(__u8 what, const struct module *mod)
{
	struct ur_notice *n = bpf_ringbuf_reserve(&events, sizeof(*n), 0);

	if (!n) {
		ur_count(UR_STAT_NOTICE_LOST);
		return 0;
	}
	__builtin_memset(n, 0, sizeof(*n));
	n->version = UR_EVENT_VERSION;
	n->len = sizeof(*n);
	n->answer = UR_ANSWER_NOTICE;
	n->what = what;
	BPF_CORE_READ_STR_INTO(&n->name, mod, name);
	bpf_ringbuf_submit(n, BPF_RB_FORCE_WAKEUP);
	return 0;
}

/* int nf_tables_commit(net, skb): it has yet to do its work, and can fail. */
SEC("kprobe")
int BPF_KPROBE(rules_change, const struct net *net)
{
	ur_notice_netns(UR_NOTICE_RULES, net); /* lost: texts are read when they are asked for */
	return 0;
}

/* struct xt_table_info *xt_replace_table(table, num_counters, newinfo, error): in the
 * namespace of who asks for it, as a rule. */
SEC("kprobe")
int table_change(void *ctx)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);

	__sync_fetch_and_add(&ur_tables.begun, 1);
	if (net)
		ur_notice_netns(UR_NOTICE_RULES, net);
	return 0;
}

SEC("kretprobe")
int table_changed(void *ctx)
{
	__sync_fetch_and_add(&ur_tables.done, 1);
	return 0;
}

SEC("raw_tp/module_load")
int module_load(struct bpf_raw_tracepoint_args *ctx)
{
	return ur_notice_module(UR_NOTICE_MODULE_LOAD, (const struct module *)ctx->args[0]);
}

SEC("raw_tp/module_free")
int module_free(struct bpf_raw_tracepoint_args *ctx)
{
	return ur_notice_module(UR_NOTICE_MODULE_FREE, (const struct module *)ctx->args[0]);
}
