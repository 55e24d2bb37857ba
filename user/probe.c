/* SPDX-License-Identifier: GPL-2.0-only */
/* probe.c - the kernel side's life: load, attach, read, let go. */
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include "user/evidence.h"
#include "user/probe/btf.h"
#include "user/probe/lend.h"
#include "user/probe/internal.h"
#include "user/probe/symbols.h"
#include "user/probe/types.h"
#include "unreach-plain.skel.h"
#include "unreach.skel.h"

#define LOG_STATS 4 /* BPF_LOG_STATS: what each program cost the verifier */

UR_DEFINE_CLEANUP(struct ur_bpf, ur_bpf__destroy)

/* libbpf has one print function for the process; it tells which program was refused
 * only there. */
static struct said {
	bool debug;
	char refused[64];  /* program of the last "prog '...'" message of a failed load */
	char message[256]; /* the last warning */
	char first[64];    /* the first program that was refused in any try, and why */
	int first_err;
} said;

static void remember_program(const char *line)
{
	const char *name = strstr(line, "prog '");
	const char *end = name ? strchr(name + 6, '\'') : NULL;

	if (end && strstr(end, "fail"))
		snprintf(said.refused, sizeof(said.refused), "%.*s", (int)(end - name - 6),
			 name + 6);
}

static int on_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char line[1024];

	if (said.debug) {
		va_list again;

		va_copy(again, args);
		vfprintf(stderr, fmt, again);
		va_end(again);
	}
	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(line, sizeof(line), fmt, args);
	snprintf(said.message, sizeof(said.message), "%.250s", line);
	remember_program(line);
	return 0;
}

static uint64_t function(const struct ur_probe *p, const char *name)
{
	uint64_t start = 0, end;

	ur_symbols_range(p->syms, NULL, name, &start, &end);
	return start;
}

/* By which function a task waits tells who it is. */
static void name_wakers(struct ur_probe *p)
{
	static const char *const wakers[] = { "receiver_wake_function", "woken_wake_function",
					      "autoremove_wake_function",
					      "ep_autoremove_wake_function" };

	p->skel->rodata->ur_waker_poll = function(p, "pollwake");
	p->skel->rodata->ur_waker_epoll = function(p, "ep_poll_callback");
	for (size_t i = 0; i < sizeof(wakers) / sizeof(wakers[0]); i++)
		p->skel->rodata->ur_wakers[i] = function(p, wakers[i]);
}

static void configure(struct ur_probe *p, const struct ur_probe_opts *opts)
{
	p->skel->rodata->ur_want_netns = opts->netns_inum;
	/* Where user space alone filters, all must be told one by one. */
	p->skel->rodata->ur_want_all = opts->all || (opts->filter && !ur_probe_filters(p));
	if (getrandom(&p->seed, sizeof(p->seed), GRND_NONBLOCK) == sizeof(p->seed))
		p->skel->rodata->ur_seed = p->seed;
	p->skel->rodata->ur_want_received = p->received;
	if (p->received) {
		name_wakers(p);
	} else { /* what takes memory */
		bpf_map__set_max_entries(p->skel->maps.made, 1);
		bpf_map__set_max_entries(p->skel->maps.receptions, 1);
	}
	p->skel->rodata->ur_want_answers = p->answers;
	if (!p->answers)
		bpf_map__set_max_entries(p->skel->maps.answers, 1);
	p->skel->rodata->ur_udp_table = p->tables.udp;
	p->skel->rodata->ur_udplite_table = p->tables.udplite;
	if (p->tcp_reset)
		ur_tcp_configure(p);
	else
		bpf_map__set_autocreate(p->skel->maps.cpu_base, false);
}

/* What is not permitted for one trampoline is not permitted for the others. */
static void give_up_trampolines(struct ur_probe *p)
{
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (ur_core_rows[i].trampoline && ur_core_rows[i].kprobe)
			ur_probe_set_bad(p, ur_core_rows[i].trampoline);
	ur_probe_set_bad(p, "global_allow_void");
}

/* Note the program that was refused with @err, so that the next try does without. False:
 * nothing to blame. */
static bool blame(struct ur_probe *p, int err)
{
	if (err == -EPERM && !p->nbad) {
		give_up_trampolines(p);
		return true;
	}
	if (!said.refused[0] || ur_probe_is_bad(p, said.refused))
		return false;
	ur_probe_set_bad(p, said.refused);
	return true;
}

_Static_assert(sizeof(struct ur_bpf) == sizeof(struct ur_bpf_plain), "two skeletons");

/* The programs as compiled for this kernel: bpf/read.bpf.h. The two objects differ in nothing
 * that the skeleton describes. They are fitted to the types in file @types, and read it when
 * they are loaded. */
static int open_object(const struct ur_probe *p, int types, struct ur_bpf **ret)
{
	ur_cleanup(ur_bpf__destroyp) struct ur_bpf *skel = calloc(1, sizeof(*skel));
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	char path[64];
	int r = skel ? ur_bpf__create_skeleton(skel) : -ENOMEM;

	if (r)
		return r;
	if (ur_btf_index_find(p->names, "bpf_rdonly_cast", BTF_KIND_FUNC) < 0)
		skel->skeleton->data = (void *)ur_bpf_plain__elf_bytes(&skel->skeleton->data_sz);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", types);
	opts.btf_custom_path = path;
	opts.kernel_log_level = said.debug ? LOG_STATS : 0;
	r = bpf_object__open_skeleton(skel->skeleton, &opts) ?:
		    ur_probe_types_write(p->btf, p->names, bpf_object__btf(skel->obj), types);
	if (!r)
		*ret = ur_take(skel);
	return r;
}

static int load_once(struct ur_probe *p, const struct ur_probe_opts *opts)
{
	ur_cleanup(ur_closep) int types = memfd_create("types", MFD_CLOEXEC);
	int r = types < 0 ? -errno : 0;

	said.refused[0] = said.message[0] = '\0';
	r = r ?: open_object(p, types, &p->skel);
	if (r)
		return r;
	configure(p, opts);
	ur_core_plan(p);
	r = ur_probe_filter_configure(p);
	if (r)
		return r;
	r = ur_bpf__load(p->skel);
	if (r) {
		if (!said.first[0]) {
			snprintf(said.first, sizeof(said.first), "%s", said.refused);
			said.first_err = r;
		}
		return blame(p, r) ? -EAGAIN : r;
	}
	ur_module_publish(p);
	return ur_core_attach(p);
}

static void unload(struct ur_probe *p)
{
	ur_core_detach(p);
	ur_module_detach(p);
	ur_bpf__destroy(p->skel);
	p->skel = NULL;
}

/* Try with everything, then without what was refused, until it holds. */
static int load(struct ur_probe *p, const struct ur_probe_opts *opts)
{
	int r = -EAGAIN;

	for (size_t tries = 0; r == -EAGAIN && tries <= UR_BAD_MAX; tries++) {
		unload(p);
		r = load_once(p, opts);
	}
	return r;
}

static bool essential_missing(const struct ur_probe *p)
{
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (ur_core_rows[i].essential && p->core[i].state == UR_HOOK_FAILED)
			return true;
	return false;
}

/* From here on no end of a socket is missed. */
static void begin_history(struct ur_probe *p)
{
	const uint32_t missing = ur_probe_missing(p);
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000000000ULL + t.tv_nsec;
	if (!(missing & UR_MISSING_HISTORY))
		p->skel->bss->ur_history_start = now;
	if (p->tcp_reset && !(missing & UR_MISSING_LISTENERS))
		p->skel->bss->ur_listeners_start = now;
}

/* The memory of @map, ours as well; NULL with errno set. */
static void *share(const struct bpf_map *map, int prot, struct ur_shared *ret)
{
	const size_t page = sysconf(_SC_PAGESIZE), value = (bpf_map__value_size(map) + 7) & ~7UL;
	size_t len = (value * bpf_map__max_entries(map) + page - 1) / page * page;
	void *m = mmap(NULL, len, prot, MAP_SHARED, bpf_map__fd(map), 0);

	if (m == MAP_FAILED)
		return NULL;
	*ret = (struct ur_shared){ m, len };
	return m;
}

static int map_counts(struct ur_probe *p)
{
	p->stats = (const volatile uint64_t *)p->skel->bss->ur_stats;
	p->changes = (const volatile uint64_t *)p->skel->bss->ur_changes;
	p->counts.kinds = share(p->skel->maps.kinds, PROT_READ | PROT_WRITE, &p->shared[0]);
	p->counts.flows = share(p->skel->maps.flows, PROT_READ | PROT_WRITE, &p->shared[1]);
	return p->counts.kinds && p->counts.flows ? 0 : -errno;
}

static int on_record(void *ctx, void *data, size_t len)
{
	struct ur_probe *p = ctx;
	const struct ur_notice *n = data;

	if (p->fn)
		p->fn(p->arg, data, len);
	if (len < sizeof(*n) || n->answer != UR_ANSWER_NOTICE ||
	    (n->what != UR_NOTICE_MODULE_LOAD && n->what != UR_NOTICE_MODULE_FREE))
		return 0;
	p->modules_changed |= ur_module_matters(n->name);
	if (n->what == UR_NOTICE_MODULE_FREE)
		ur_module_gone(p, n->name);
	return 0;
}

/* Where a namespace has no cookie, what is known of its rules ends when we hear of its end. */
static void watch_namespaces(struct ur_probe *p)
{
	for (size_t i = 0; i < ur_core_nrows; i++)
		if (!strcmp(ur_core_rows[i].func, "net_ns_net_exit"))
			p->skel->bss->ur_nets_watched = p->core[i].link != NULL;
}

/* Notices were lost: so is what those know who should have had them. */
static void say_lost(struct ur_probe *p)
{
	const struct ur_notice n = { .version = UR_EVENT_VERSION,
				     .len = sizeof(n),
				     .answer = UR_ANSWER_NOTICE,
				     .what = UR_NOTICE_LOST };

	if (p->fn)
		p->fn(p->arg, &n, sizeof(n));
}

/* A module may have gone and come again without our hearing of it: look at all anew. */
static void resync_after_loss(struct ur_probe *p)
{
	uint64_t lost = ur_probe_stat(p, UR_STAT_NOTICE_LOST);
	uint64_t netns_lost = ur_probe_stat(p, UR_STAT_NETNS_LOST);

	if (lost != p->notices_lost || netns_lost != p->netns_lost)
		say_lost(p);
	p->netns_lost = netns_lost;
	if (lost == p->notices_lost)
		return;
	p->notices_lost = lost;
	p->modules_changed = p->variables_moved = true;
	ur_module_detach(p);
}

static int open_ring(struct ur_probe *p)
{
	p->ring = ring_buffer__new(bpf_map__fd(p->skel->maps.events), on_record, p, NULL);
	return p->ring ? 0 : -errno;
}

/* Another time this kernel may well be traced. */
static bool ran_out(int err)
{
	return err == -ENOMEM || err == -EMFILE || err == -ENFILE;
}

/* Say in *@why why the kernel refused @prog ("": something else) with @err, where it did. */
static int refuse(struct ur_refusal *why, int err, const char *prog, const char *message)
{
	if (!ran_out(err))
		ur_refusal_explain(why, err, prog, message);
	return err;
}

static int no_symbols(struct ur_refusal *why, int err)
{
	if (ran_out(err))
		return err;
	snprintf(why->what, sizeof(why->what), "/proc/kallsyms can't be read: %s", strerror(-err));
	snprintf(why->advice, sizeof(why->advice),
		 "boot a kernel built with CONFIG_KALLSYMS=y, and mount proc on /proc");
	return err;
}

/* No object that was loaded with them still has them. */
static void let_go_of_types(struct ur_probe *p)
{
	ur_btf_lend(NULL, NULL, false);
	ur_btf_index_free(p->names);
	btf__free(p->btf);
	p->names = NULL;
	p->btf = NULL;
}

/* What only starting takes: the kernel's types, too, which are read again when a module comes.
 * The programs for modules stay. The others are held by what they are attached to. */
static void let_go_of_start(struct ur_probe *p)
{
	struct bpf_program *prog;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): takes errno for 0 after a failure */
	bpf_object__for_each_program(prog, p->skel->obj) {
		bool later = false;

		for (size_t i = 0; i < ur_module_nrows; i++)
			later |= ur_module_wants(p, &ur_module_rows[i], bpf_program__name(prog));
		for (size_t i = 0; i < ur_core_nrows; i++)
			later |= p->core[i].late &&
				 !strcmp(p->core[i].late, bpf_program__name(prog));
		if (!later)
			bpf_program__unload(prog);
	}
	let_go_of_types(p);
	malloc_trim(0);
}

const struct ur_reset_names *ur_probe_reset_names(const struct ur_probe *p)
{
	return &p->reset_names;
}

static int start(struct ur_probe *p, const struct ur_probe_opts *opts, struct ur_refusal *why)
{
	int r;

	p->btf = btf__load_vmlinux_btf();
	if (!p->btf)
		return refuse(why, -errno, "", said.message);
	r = ur_btf_index_new(p->btf, &p->names);
	if (r)
		return r;
	/* With this (v6.2, 60443c88f3a8) it finds a name by bisection, else it looks at all. */
	r = ur_probe_symbols_new(
		ur_btf_index_find(p->names, "kallsyms_lookup_names", BTF_KIND_FUNC) >= 0, &p->syms);
	if (r)
		return no_symbols(why, r);
	p->symbols_hidden = ur_symbols_hidden(p->syms);
	r = ur_probe_filter_make(&p->filter, opts->filter);
	if (r)
		return r;
	ur_btf_lend(p->btf, p->names, !opts->debug);
	ur_probe_tables_find(p->syms, &p->tables);
	r = load(p, opts);
	if (r)
		return refuse(why, said.first_err ?: r, said.first, said.message);
	if (essential_missing(p))
		return refuse(why, said.first_err ?: -ENOTSUP, said.first, p->core[1].reason);
	begin_history(p);
	watch_namespaces(p);
	r = map_counts(p) ?: open_ring(p) ?: ur_module_follow(p, true);
	return r ? refuse(why, r, "", said.message) : 0;
}

int ur_probe_open(const struct ur_probe_opts *opts, struct ur_probe **ret, struct ur_refusal *why)
{
	ur_cleanup(ur_probe_closep) struct ur_probe *p = calloc(1, sizeof(*p));
	int r;

	*why = (struct ur_refusal){};
	if (!p)
		return -ENOMEM;
	p->filter = (struct ur_probe_filter){ -1, -1, -1 };
	p->received = opts->received;
	p->answers = opts->answers;
	said = (struct said){ .debug = opts->debug };
	libbpf_set_print(on_libbpf);
	p->tcp_reset = opts->tcp_reset;
	r = ur_refusal_precheck(why) ?: start(p, opts, why);
	if (r)
		return r;
	let_go_of_start(p);
	*ret = ur_take(p);
	return 0;
}

void ur_probe_close(struct ur_probe *p)
{
	if (!p)
		return;
	unload(p);
	ur_probe_filter_close(&p->filter);
	ring_buffer__free(p->ring);
	for (size_t i = 0; i < UR_SHARED_MAX; i++)
		if (p->shared[i].at)
			munmap(p->shared[i].at, p->shared[i].len);
	ur_symbols_free(p->syms);
	let_go_of_types(p);
	free(p);
}

int ur_probe_fd(const struct ur_probe *p)
{
	return ring_buffer__epoll_fd(p->ring);
}

int ur_probe_drain(struct ur_probe *p, ur_record_fn fn, void *arg)
{
	int r;

	p->fn = fn;
	p->arg = arg;
	r = ring_buffer__consume(p->ring);
	resync_after_loss(p);
	if (r >= 0 && p->modules_changed) {
		p->modules_changed = false;
		r = ur_module_follow(p, false);
	}
	return r < 0 ? r : 0;
}

uint32_t ur_probe_missing(const struct ur_probe *p)
{
	uint32_t missing = p->symbols_hidden ? UR_MISSING_SYMBOLS : 0;

	for (size_t i = 0; i < ur_core_nrows; i++)
		if (p->core[i].state == UR_HOOK_FAILED)
			missing |= ur_core_rows[i].missing;
	return missing | ur_module_missing(p);
}

uint64_t ur_probe_stat(const struct ur_probe *p, unsigned int which)
{
	return which < UR_STAT_MAX ? p->stats[which] : 0;
}

const volatile uint64_t *ur_probe_changes(const struct ur_probe *p)
{
	return p->changes;
}

const struct ur_counts *ur_probe_counts(const struct ur_probe *p)
{
	return &p->counts;
}

size_t ur_probe_hooks(const struct ur_probe *p, struct ur_hook *hooks, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < ur_core_nrows; i++) {
		if (p->core[i].state == UR_HOOK_NEEDLESS)
			continue;
		if (n < max)
			hooks[n] = (struct ur_hook){ ur_core_rows[i].func, ur_core_rows[i].purpose,
						     p->core[i].state, p->core[i].reason };
		n++;
	}
	for (size_t i = 0; i < ur_module_nrows; i++, n++)
		if (n < max)
			ur_module_hook(p, i, &hooks[n]);
	return n;
}
