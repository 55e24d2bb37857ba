/* SPDX-License-Identifier: GPL-2.0-only */
/* refusal.c - why this kernel can't be traced, in words that help. */
#include <stdio.h>
#include <string.h>
#include "user/host/privilege.h"
#include "user/probe/internal.h"

static const char lockdown_advice[] =
	"boot without lockdown=confidentiality (lockdown=integrity is fine), or see the tool at "
	"work in a throw-away guest: make run";
static const char policy_advice[] =
	"look for a seccomp filter, a security module or a container around this process";

/* "[confidentiality]" and the like; "" when securityfs does not tell. */
static void lockdown_mode(char *buf, size_t len)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/sys/kernel/security/lockdown", "re");
	char line[128], *open, *close;

	buf[0] = '\0';
	if (!f || !fgets(line, sizeof(line), f))
		return;
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		snprintf(buf, len, "%.*s", (int)(close - open - 1), open + 1);
}

static int no_privilege(struct ur_refusal *why)
{
	char list[64];

	if (ur_privilege_can_trace(ur_privilege_held(), list, sizeof(list)))
		return 0;
	snprintf(why->what, sizeof(why->what),
		 "tracing needs more privilege: this process lacks %s", list);
	snprintf(why->advice, sizeof(why->advice),
		 "run it as root, outside any container, e.g. with sudo; or see SECURITY "
		 "CONSIDERATIONS in unreach(8)");
	return -EPERM;
}

static int no_btf(struct ur_refusal *why)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		return 0;
	snprintf(why->what, sizeof(why->what),
		 "this kernel has no BTF: /sys/kernel/btf/vmlinux: %s", strerror(errno));
	snprintf(why->advice, sizeof(why->advice),
		 "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, and mount sysfs on /sys");
	return -ENOTSUP;
}

/* Does a kprobe program load that calls bpf_probe_read_kernel() (or, for comparison, one
 * that does nothing)? */
static bool loads(bool reads_kernel)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 1, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	size_t skip = reads_kernel ? 0 : 5, n = sizeof(insns) / sizeof(*insns);
	ur_cleanup(ur_closep) int fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ur_trial", "GPL",
						     insns + skip, n - skip, NULL);

	return fd >= 0;
}

/* Lockdown "confidentiality" takes bpf_probe_read_kernel() away from every program
 * (security_locked_down(LOCKDOWN_BPF_READ_KERNEL)). */
static int locked_down(struct ur_refusal *why)
{
	char mode[32];

	if (loads(true) || !loads(false))
		return 0;
	lockdown_mode(mode, sizeof(mode));
	snprintf(why->what, sizeof(why->what),
		 "this kernel refuses programs that read kernel memory: lockdown is \"%s\"%s",
		 mode[0] ? mode : "confidentiality",
		 mode[0] ? "" : " (inferred: securityfs does not tell)");
	snprintf(why->advice, sizeof(why->advice), "%s", lockdown_advice);
	return -EPERM;
}

int ur_refusal_precheck(struct ur_refusal *why)
{
	return no_privilege(why) ?: no_btf(why) ?: locked_down(why);
}

static bool has_kprobes(void)
{
	return !access("/sys/bus/event_source/devices/kprobe", F_OK);
}

/* We hold every capability, and still it is not permitted: that is policy. */
static void forbidden(struct ur_refusal *why, const char *prog)
{
	const char *policy = "a security policy or seccomp filter forbids them";
	char mode[32];

	lockdown_mode(mode, sizeof(mode));
	if (!strcmp(mode, "confidentiality"))
		policy = "lockdown is confidentiality";
	else if (!mode[0])
		policy = "it is locked down (lockdown=confidentiality), or a security policy or "
			 "seccomp filter forbids them";
	snprintf(why->what, sizeof(why->what),
		 "this kernel refuses tracing programs (loading %s: %s), although this process "
		 "has the privilege: %s%s",
		 prog, strerror(EPERM), policy,
		 has_kprobes() ? "" : "; nor does it have kprobes (CONFIG_KPROBES)");
	snprintf(why->advice, sizeof(why->advice), "%s",
		 mode[0] && strcmp(mode, "confidentiality") ? policy_advice : lockdown_advice);
}

void ur_refusal_explain(struct ur_refusal *why, int err, const char *prog, const char *last_message)
{
	size_t n = strcspn(last_message, "\n");

	if (err == -EPERM && prog[0]) {
		forbidden(why, prog);
		return;
	}
	snprintf(why->what, sizeof(why->what), "the kernel refused the tracing programs: %s%s%.*s",
		 strerror(err < 0 ? -err : err), n ? "; " : "", (int)n, last_message);
	snprintf(why->advice, sizeof(why->advice), "%s",
		 err == -EPERM ? policy_advice :
				 "run with -vv for the loader's messages, and report them");
}
