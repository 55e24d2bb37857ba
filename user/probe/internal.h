/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* internal.h - shared by probe.c and probe_*.c, nobody else. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "user/probe.h"
#include "user/host/symbols.h"
#include "user/probe/layout.h"
#include "user/probe/tables.h"

struct ur_bpf; /* the skeleton */
struct ur_btf_index;

#define UR_REASON_LEN 160

/* One function of the kernel proper. Rows of the table in probe/core.c. */
struct ur_core_row {
	const char *func;
	const char *trampoline; /* fentry/fexit program, NULL: kprobe on every kernel */
	const char *kprobe;     /* kprobe/kretprobe program */
	bool ret;               /* the kprobe is a kretprobe */
	uint32_t missing;       /* UR_MISSING_* without it */
	bool essential;         /* nothing works without it */
	const char *purpose;
};

/* One function of a module. Rows of the table in probe/module.c. */
struct ur_module_row {
	const char *func;
	const char *module;
	const char *enter; /* kprobe program, NULL: none */
	const char *exit;  /* kretprobe program, NULL: none */
	uint32_t range;    /* UR_FN_*, or UR_NO_RANGE: nobody is proven by it */
	uint32_t missing;  /* UR_MISSING_* without it */
	bool optional;     /* not every kernel has it */
	const char *purpose;
	bool tcp_reset; /* for --tcp-reset only */
};

struct ur_attached {
	struct bpf_link *link, *exit_link;
	uint64_t base;    /* where the module was when we attached */
	const char *late; /* the program to attach when rules can reject */
	enum ur_hook_state state;
	char reason[UR_REASON_LEN];
};

#define UR_BUILDER_TCP  "reset_build" /* the program of UR_BUILD_RESET */
#define UR_NO_RANGE     UINT32_MAX
#define UR_CORE_MAX     48
#define UR_MODULE_MAX   24
#define UR_FOLLOWED_MAX 16
#define UR_BAD_MAX      32
#define UR_SHARED_MAX   2

struct ur_shared {
	void *at;
	size_t len;
};

/* The program made of a filter expression, and the maps that were made for it; -1: none. */
struct ur_probe_filter {
	int prog, packet, builder;
};

struct ur_probe {
	struct ur_bpf *skel;
	struct ring_buffer *ring;
	struct btf *btf;            /* the kernel's types, while starting */
	struct ur_btf_index *names; /* of btf */
	struct ur_kept_types kept;
	struct ur_symbols *syms;
	struct ur_probe_tables tables;
	uint32_t rules_id; /* ur_probe_tables_rules(), 0: not asked for, or not known */
	const volatile uint64_t *stats;   /* ur_stats of the kernel side */
	const volatile uint64_t *changes; /* ur_changes, likewise */
	struct ur_counts counts;          /* maps "kinds" and "flows", mapped */
	struct ur_shared shared[UR_SHARED_MAX];
	const char *chosen[UR_CORE_MAX]; /* program for each of ur_core_rows, NULL: none */
	struct ur_attached core[UR_CORE_MAX];
	struct ur_attached module[UR_MODULE_MAX];
	struct ur_range modules[UR_FOLLOWED_MAX]; /* where they were when we looked last */
	bool built_in[UR_MODULE_MAX];             /* no module: there from the start, for good */
	char bad[UR_BAD_MAX][64]; /* programs that this kernel refused to load or attach */
	size_t nbad;
	bool modules_changed;
	bool variables_moved;  /* nf_tables has gone since p->syms were read, or may have */
	bool rules_seen;       /* a hook on changes of rules has just been attached */
	uint32_t epoch;        /* of ur_layout */
	uint64_t seed;         /* of the hashes that the kernel side makes of packets */
	uint64_t notices_lost; /* UR_STAT_NOTICE_LOST when we last looked */
	uint64_t netns_lost;   /* UR_STAT_NETNS_LOST then */
	bool symbols_hidden;
	bool received;
	bool answers;
	bool tcp_reset;
	struct ur_probe_filter filter;
	struct ur_reset_names reset_names;
	ur_record_fn fn;
	void *arg;
};

/* probe/core.c */
extern const struct ur_core_row ur_core_rows[];
extern const size_t ur_core_nrows;

/* Choose programs: sets autoload of all of @p->skel's. */
int ur_core_plan(struct ur_probe *p);

/* Attach what was chosen. Returns -EAGAIN when a trampoline was refused and its kprobe
 * must be loaded in its place. */
int ur_core_attach(struct ur_probe *p);

/* Attach what only rules that reject need, now that there can be some. */
void ur_core_attach_late(struct ur_probe *p);
void ur_core_detach(struct ur_probe *p);

/* Put program @name, or the one of @fd, where UR_BUILD_* @slot means it. */
int ur_core_set_builder(struct ur_probe *p, const char *name, uint32_t slot);
int ur_core_set_slot(struct ur_probe *p, uint32_t slot, int fd);
bool ur_probe_is_bad(const struct ur_probe *p, const char *prog);
void ur_probe_set_bad(struct ur_probe *p, const char *prog);

/* probe/module.c */
extern const struct ur_module_row ur_module_rows[];
extern const size_t ur_module_nrows;

/* Fill ur_layout and ur_ranges, before anything is attached that would judge by them. */
void ur_module_publish(struct ur_probe *p);

/* Bring hooks on module functions, ur_layout and ur_ranges in step with the modules
 * that are loaded now; @fresh: p->syms was read, and they were filled, just now. */
int ur_module_follow(struct ur_probe *p, bool fresh);
/* Module @name was freed: let go of what we held in it, it may come again. */
void ur_module_gone(struct ur_probe *p, const char *name);

/* True when the coming or going of module @name is of interest. */
bool ur_module_matters(const char *name);
void ur_module_detach(struct ur_probe *p);

/* Is @prog one of @row's, and that to be attached? */
bool ur_module_wants(const struct ur_probe *p, const struct ur_module_row *row, const char *prog);

/* Describe row @i for --check. */
void ur_module_hook(const struct ur_probe *p, size_t i, struct ur_hook *ret);

/* UR_MISSING_* of what could not be attached. */
uint32_t ur_module_missing(const struct ur_probe *p);

/* probe/tcp.c */

/* Write what the programs for TCP resets read, and fill @p->reset_names. */
void ur_tcp_configure(struct ur_probe *p);

/* probe/filter.c */

/* Make a program of @filter (NULL: none) in *@f, which has none. Returns -ENOMEM, or 0, also where that can't be done. */
int ur_probe_filter_make(struct ur_probe_filter *f, const struct ur_filter *filter);
void ur_probe_filter_close(struct ur_probe_filter *f);

/* Does the kernel side filter? */
bool ur_probe_filters(const struct ur_probe *p);

/* Is @prog one that it takes for that? */
bool ur_probe_filter_wants(const struct ur_probe *p, const char *prog);

/* Before the others are loaded: what they are told of it, and its maps. */
int ur_probe_filter_configure(struct ur_probe *p);

/* And after it. */
int ur_probe_filter_install(struct ur_probe *p);

/* probe/refusal.c */

/* Fill *@why with why programs are refused here: @err of loading @prog, the first that was
 * refused ("": none was named), and libbpf's last message. */
void ur_refusal_explain(struct ur_refusal *why, int err, const char *prog,
			const char *last_message);

/* Look for what makes loading hopeless before trying. 0, or -errno with *@why filled. */
int ur_refusal_precheck(struct ur_refusal *why);
