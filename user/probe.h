/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* probe.h - the kernel side: load, attach, follow modules, read the ring.
 *
 * probe.c and probe_*.c are the only files that know libbpf and the skeleton. Nothing is
 * pinned and every link is a descriptor, so the kernel undoes all of it when the process
 * ends, however it ends. Not thread-safe: one thread opens, drains and closes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bpf/abi.h"
#include "user/base/cleanup.h"
#include "user/packet/filter.h"
#include "user/verdict/reset_names.h"
#include "user/aggregate/tally.h"

struct ur_probe;

struct ur_probe_opts {
	uint32_t netns_inum;            /* report only this namespace; 0: all */
	bool all;                       /* a record of each decision, however alike they are */
	bool debug;                     /* libbpf's own messages on stderr */
	bool received;                  /* errors that come, too */
	bool answers;                   /* the answers themselves, for a capture file */
	bool tcp_reset;                 /* the resets that TCP itself sends, too */
	const struct ur_filter *filter; /* only what it matches, as far as the kernel side can
					 * tell: what comes is to be asked again. NULL: all */
};

/* Why this kernel can't be traced, when it can't. */
struct ur_refusal {
	char what[512];   /* what was refused, and by what */
	char advice[256]; /* what to do */
};

enum ur_hook_state {
	UR_HOOK_FENTRY, /* attached as fentry or fexit */
	UR_HOOK_KPROBE, /* attached as kprobe or kretprobe */
	UR_HOOK_TRACEPOINT,
	UR_HOOK_WAITING,  /* its module is not loaded; attached when it comes */
	UR_HOOK_ABSENT,   /* this kernel has no such function: nothing is missed */
	UR_HOOK_NEEDLESS, /* this kernel offers better: not listed */
	UR_HOOK_FAILED,   /* see reason */
};

/* One hook, for --check. Strings are borrowed from the probe. */
struct ur_hook {
	const char *func;
	const char *purpose; /* what can't be told without it */
	enum ur_hook_state state;
	const char *reason; /* with UR_HOOK_FAILED, and UR_HOOK_ABSENT unless "" */
};

/* Load and attach. Returns 0 and gives *@ret to the caller; -ENOMEM, with why->what "";
 * or another negative errno with *@why filled: this kernel can't be traced. *@ret is
 * untouched on failure. */
int ur_probe_open(const struct ur_probe_opts *opts, struct ur_probe **ret, struct ur_refusal *why);

/* Detach and free; NULL is fine. */
void ur_probe_close(struct ur_probe *p);
UR_DEFINE_CLEANUP(struct ur_probe, ur_probe_close)

/* An epoll-able descriptor, readable when ur_probe_drain() has work. Borrowed. */
int ur_probe_fd(const struct ur_probe *p);

typedef void (*ur_record_fn)(void *arg, const void *record, size_t len);

/* Hand every record in the ring to @fn (a struct ur_event each; valid during the call),
 * then attach to modules that came and let go of those that went. 0 or -errno. */
int ur_probe_drain(struct ur_probe *p, ur_record_fn fn, void *arg);

/* UR_MISSING_* bits (user/evidence.h): what this kernel's hooks can't see. */
uint32_t ur_probe_missing(const struct ur_probe *p);

/* Exact count @which (UR_STAT_*) so far. */
uint64_t ur_probe_stat(const struct ur_probe *p, unsigned int which);

/* How often tables of legacy iptables were replaced so far; 0 while one is being replaced, or
 * when that can't be seen. The same number twice: none was in between. Any thread may ask. */
uint32_t ur_probe_tables(const struct ur_probe *p);

/* The names of this kernel's reasons for TCP resets, none unless they were asked for. Borrowed. */
const struct ur_reset_names *ur_probe_reset_names(const struct ur_probe *p);

/* ur_changes (UR_CHANGES_MAX times), as it goes on. Borrowed. */
const volatile uint64_t *ur_probe_changes(const struct ur_probe *p);

/* How often the kernel left out one of our programs, for another one was running; false where it
 * does not count that (before Linux 5.12). A system call for each program. */
bool ur_probe_missed(const struct ur_probe *p, uint64_t *ret);

/* The counts by kind; shared with the kernel side, valid until the probe is closed. */
const struct ur_counts *ur_probe_counts(const struct ur_probe *p);

/* Fill @hooks with up to @max entries; returns how many there are. */
size_t ur_probe_hooks(const struct ur_probe *p, struct ur_hook *hooks, size_t max);
