/* SPDX-License-Identifier: GPL-2.0-only */
/* check.c - the report of --check, one line per fact: ok, missing, or worth knowing. */
#include <ctype.h>
#include <string.h>
#include <sys/utsname.h>
#include "user/check.h"
#include "user/evidence.h"
#include "user/host/obstacles.h"
#include "user/host/privilege.h"

#define HOOKS_MAX    64
#define UNSEEN_LINES 5

static void line(FILE *out, const char *mark, const char *what, const char *detail)
{
	fprintf(out, "  %-4s %-26s %s\n", mark, what, detail);
}

/* First line of a small file; "" when there is none. */
static const char *read_line(const char *path, char *buf, size_t len)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(path, "re");

	buf[0] = '\0';
	if (f && fgets(buf, (int)len, f))
		buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

static void check_kernel(FILE *out)
{
	struct utsname u;
	char buf[128];

	if (!uname(&u))
		fprintf(out, "kernel %s, %s\n", u.release, u.machine);
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		line(out, "MISS", "BTF",
		     "/sys/kernel/btf/vmlinux can't be read: no program fits this kernel without");
	else
		line(out, "ok", "BTF", "of the kernel");
	if (!access("/sys/kernel/btf/nf_tables", F_OK) || !access("/sys/kernel/btf/x_tables", F_OK))
		line(out, "ok", "BTF of modules", "netfilter's types are read from it");
	else
		line(out, "note", "BTF of modules",
		     "none of netfilter's is loaded yet, or they come without, as in v5.10");
	if (read_line("/sys/kernel/security/lockdown", buf, sizeof(buf))[0])
		line(out, strstr(buf, "[confidentiality]") ? "MISS" : "ok", "lockdown", buf);
	else
		line(out, "note", "lockdown", "securityfs does not tell");
}

/* What is in the way of programs that are attached, and of tools. Does something miss by it? */
static bool check_obstacles(FILE *out, const struct ur_probe *p)
{
	struct ur_obstacle obstacles[UR_OBSTACLES_MAX];
	struct ur_hook hooks[HOOKS_MAX];
	const char *hooked[HOOKS_MAX];
	size_t n = p ? ur_probe_hooks(p, hooks, HOOKS_MAX) : 0;
	bool missing = false;

	n = n < HOOKS_MAX ? n : HOOKS_MAX;
	for (size_t i = 0; i < n; i++)
		hooked[i] = hooks[i].func;
	n = ur_obstacles_find("", hooked, n, obstacles, UR_OBSTACLES_MAX);
	for (size_t i = 0; i < n; i++) {
		line(out, obstacles[i].certain ? "MISS" : "note", obstacles[i].what,
		     obstacles[i].text);
		missing |= obstacles[i].certain;
	}
	return missing;
}

static void check_privilege(FILE *out)
{
	struct ur_lacking lacking[UR_LACKING_MAX];
	const uint64_t held = ur_privilege_held();
	size_t n = ur_privilege_lacking(held, ur_privilege_kprobes_admin(), lacking);
	char list[64];

	if (!ur_privilege_can_trace(held, list, sizeof(list)))
		line(out, "MISS", list, "nothing can be traced without");
	for (size_t i = 0; i < n; i++)
		line(out, "MISS", lacking[i].name, lacking[i].without);
	if (!n)
		line(out, "ok", "capabilities", "all that tracing and looking things up take");
}

static const char *state_words(const struct ur_hook *h, char *buf, size_t len)
{
	static const char *const words[] = {
		[UR_HOOK_FENTRY] = "fentry",
		[UR_HOOK_KPROBE] = "kprobe",
		[UR_HOOK_TRACEPOINT] = "tracepoint",
		[UR_HOOK_WAITING] = "waits for its module",
		[UR_HOOK_ABSENT] = "no such function in this kernel, or inlined: not needed",
	};

	if (h->state == UR_HOOK_ABSENT && h->reason && h->reason[0])
		snprintf(buf, len, "%s: %s", h->reason, h->purpose);
	else if (h->state == UR_HOOK_FAILED)
		snprintf(buf, len, "FAILED (%s): not seen: %s", h->reason, h->purpose);
	else
		snprintf(buf, len, "%s: %s", words[h->state], h->purpose);
	return buf;
}

/* Is one missing? */
static bool check_hooks(FILE *out, const struct ur_probe *p)
{
	struct ur_hook hooks[HOOKS_MAX];
	size_t n = ur_probe_hooks(p, hooks, HOOKS_MAX);
	bool failed = false;
	char buf[512];

	fprintf(out, "hooks\n");
	for (size_t i = 0; i < n && i < HOOKS_MAX; i++) {
		const char *mark = hooks[i].state == UR_HOOK_FAILED  ? "MISS" :
				   hooks[i].state == UR_HOOK_WAITING ? "wait" :
				   hooks[i].state == UR_HOOK_ABSENT  ? "note" :
								       "ok";

		line(out, mark, hooks[i].func, state_words(&hooks[i], buf, sizeof(buf)));
		failed |= hooks[i].state == UR_HOOK_FAILED;
	}
	if (ur_probe_missing(p) & UR_MISSING_SYMBOLS)
		line(out, "MISS", "/proc/kallsyms",
		     "shows no addresses (kernel.kptr_restrict=2, or no CAP_SYSLOG): callers "
		     "can't be proven");
	return failed;
}

void ur_check_unseen(FILE *out, const struct ur_probe *p)
{
	struct ur_hook hooks[HOOKS_MAX];
	size_t n = ur_probe_hooks(p, hooks, HOOKS_MAX), said = 0, unseen = 0;

	for (size_t i = 0; i < n && i < HOOKS_MAX; i++) {
		if (hooks[i].state != UR_HOOK_FAILED || unseen++ >= UNSEEN_LINES)
			continue;
		fprintf(out, "unreach: not seen here: %s (%s: %s)\n", hooks[i].purpose,
			hooks[i].func, hooks[i].reason);
		said++;
	}
	if (unseen > said)
		fprintf(out, "unreach: not seen here: %zu more: see unreach --check\n",
			unseen - said);
	if (ur_probe_missing(p))
		fprintf(out,
			"unreach: some verdicts will be less certain here: see unreach --check\n");
}

/* Where the host's rule listers are; their absence costs text, nothing else. */
static void check_tools(FILE *out)
{
	static const char *const dirs[] = { "/usr/sbin", "/sbin", "/usr/bin", "/bin",
					    "/usr/local/sbin" };
	static const char *const tools[] = { "nft", "iptables-save", "ip6tables-save" };
	char path[64];

	fprintf(out, "rule text (table, chain, handle and comment come from the kernel anyway)\n");
	for (size_t t = 0; t < sizeof(tools) / sizeof(*tools); t++) {
		const char *found = NULL;

		for (size_t d = 0; d < sizeof(dirs) / sizeof(*dirs) && !found; d++) {
			snprintf(path, sizeof(path), "%s/%s", dirs[d], tools[t]);
			found = access(path, X_OK) ? NULL : path;
		}
		line(out, found ? "ok" : "note", tools[t],
		     found ?: "not on this host: its rules are named without their text");
	}
}

void ur_check_print(FILE *out, const struct ur_probe *p, const struct ur_refusal *why)
{
	bool failed;

	check_kernel(out);
	failed = check_obstacles(out, p);
	check_privilege(out);
	failed |= p && check_hooks(out, p);
	check_tools(out);
	if (p)
		fprintf(out, "this kernel can be traced%s\n",
			ur_probe_missing(p) || failed ? ", with what MISS names missing" : "");
	else
		fprintf(out, "this kernel can't be traced: %s\n%s\n", why->what, why->advice);
}
