/* SPDX-License-Identifier: GPL-2.0-only */
/* run.c - makes each call that can fail do so, one after the other, and looks at how unreach ends.
 *
 * Each try is a child that fails the Nth call of a kind; N grows until there is no such call. It
 * must end with 0 or 1, never by a signal, and leak nothing (its sanitizer would say so, with
 * STATUS_BROKEN). With 1 it must say why. With 0 it wrote what it writes without a fault, or said
 * what is missing, or did without the names of services.
 *
 *   run              all of them
 *   run --short      fewer of very many
 *   run CASE [N]     those of one case, from the Nth on; or of a kind
 *   run --live TRIES in a guest: so many of each kind while it starts, bpf() among them
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/faults/faults.h"
#include "user/sink.h"
#include "user/worker.h"

#define STATUS_BROKEN 99
#define ARGS_MAX      12
#define DENSE         48 /* with --short, every call up to this one, then ever fewer */
#define CHILD_S       60

/* The program's own, renamed. */
int unreach_main(int argc, char **argv);

/* What the sanitizers ask for their options. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "exitcode=99:allocator_may_return_null=1:detect_leaks=1";
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "exitcode=99:print_stacktrace=1";
}

static const char *const kinds[FAULT_KINDS] = { "memory", "descriptors", "system calls", "threads",
						"bpf" };

#define IN      "tests/files/fields.pcapng"
#define CAPTURE "tests/files/wire.pcap"
#define OUT     "OUT" /* in the folder of results */

static const struct run_case {
	const char *name;
	const char *args[ARGS_MAX];
} cases[] = {
	{ "-r as text", { "-r", IN } },
	{ "-r -v --summary", { "-r", IN, "-v", "--summary" } },
	{ "-r --json --summary", { "-r", IN, "--json", "--summary" } },
	{ "-r with a filter", { "-r", IN, "--cause", "socket,rule", "udp or tcp" } },
	{ "-r -w", { "-r", IN, "-w", OUT } },
	{ "-r -w -C", { "-r", IN, "-w", OUT, "-C", "2k", "-W", "9" } },
	{ "-r --html", { "-r", IN, "--html", OUT } },
	{ "--annotate", { "--annotate", CAPTURE, "-r", IN, "-w", OUT } },
	{ "events, looked up", { NULL } },
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

/* Shared with the children. */
static struct {
	char hit[FAULT_NAME_MAX];
	unsigned int calls;
} * shared;

static char folder[] = "/tmp/faults.XXXXXX";
static unsigned int injected[FAULT_KINDS], ended[FAULT_KINDS], went_on[FAULT_KINDS], broken;
static bool is_short;
static unsigned int first_call = 1;

static const char *in_folder(const char *name)
{
	static char path[2][64];
	static int which;

	which = !which;
	snprintf(path[which], sizeof(path[which]), "%s/%s", folder, name);
	return path[which];
}

/* Two events with nothing known of them, explained by what this host says now. */
static int look_up(void)
{
	static const uint8_t head[28] = { 0x45, 0, 0,  28, 0, 0, 0,    0,    64, 17, 0, 0, 10, 0,
					  0,    1, 10, 0,  0, 2, 0x9c, 0x40, 0,  53, 0, 8, 0,  0 };
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	ur_cleanup(ur_worker_freep) struct ur_worker *worker = NULL;
	struct ur_worker_opts opts = { .count = 2 };
	struct ur_event e = { .version = UR_EVENT_VERSION,
			      .len = offsetof(struct ur_event, socks),
			      .answer = UR_ANSWER_ICMP,
			      .origin = UR_ORIGIN_UDP_MISS,
			      .family = 4,
			      .type = 3,
			      .code = 3,
			      .window = UR_WIN_PUSHED,
			      .snap_len = sizeof(head),
			      .iif = 1,
			      .pkt_len = sizeof(head) };
	struct ur_totals totals;
	struct stat st;
	int r = ur_sink_json_new(stdout, &sink);

	memcpy(e.snap, head, sizeof(head));
	opts.sink = sink;
	if (!r && stat("/proc/self/ns/net", &st))
		r = -errno;
	e.netns_inum = (uint32_t)st.st_ino;
	r = r ?: ur_worker_start(&opts, &worker);
	for (int i = 0; !r && i < 2; i++)
		ur_worker_push(worker, &e, e.len, 0);
	r = r ?: ur_worker_stop(worker, &totals);
	if (!r && totals.explained + totals.lost_queue != 2)
		r = -ENODATA; /* one is not accounted for */
	if (r)
		fprintf(stderr, "unreach: %s\n", strerror(-r));
	return r ? 1 : 0;
}

/* The command line of @c, with the folder where it says OUT; returns how long it is. */
static int arguments(const struct run_case *c, char *argv[ARGS_MAX + 2])
{
	int argc = 0;

	argv[argc++] = (char *)"unreach";
	for (size_t i = 0; i < ARGS_MAX && c->args[i]; i++)
		argv[argc++] = strdup(strcmp(c->args[i], OUT) ? c->args[i] : in_folder(OUT));
	argv[argc] = NULL;
	return argc;
}

static void child(const struct run_case *c, const struct fault *f)
{
	char *argv[ARGS_MAX + 2];
	int argc = arguments(c, argv), r;

	alarm(CHILD_S);
	if (!freopen(in_folder("stdout"), "w", stdout) ||
	    !freopen(in_folder("stderr"), "w", stderr))
		_exit(98);
	setvbuf(stderr, NULL, _IOLBF, 0);
	fault = *f;
	r = c->args[0] ? unreach_main(argc, argv) : look_up();
	fault.hit = NULL;
	shared->calls = fault.calls;
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	exit(r);
}

static int run(const struct run_case *c, const struct fault *f)
{
	pid_t pid;
	int status;

	f->hit[0] = '\0';
	shared->calls = 0;
	unlink(in_folder(OUT));
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(c, f);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* All of file @name; "" when there is none. The caller frees it. */
static char *contents(const char *name, size_t *len)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(in_folder(name), "r");
	char *text = calloc(1, 1 << 20);

	*len = f ? fread(text, 1, (1 << 20) - 1, f) : 0;
	return text;
}

struct result {
	char *text[3]; /* stdout, stderr, OUT */
	size_t len[3];
};

static void take(struct result *r)
{
	static const char *const names[] = { "stdout", "stderr", OUT };

	for (int i = 0; i < 3; i++)
		r->text[i] = contents(names[i], &r->len[i]);
}

static void drop(struct result *r)
{
	for (int i = 0; i < 3; i++)
		free(r->text[i]);
}

static bool same(const struct result *a, const struct result *b, int i)
{
	return a->len[i] == b->len[i] && !memcmp(a->text[i], b->text[i], a->len[i]);
}

/* No verdict needs the names of services. What is looked up tells itself what could not be. */
static bool may_lack(const struct run_case *c, const struct fault *f, const struct result *now)
{
	return !c->args[0] || (!strcmp(f->hit, "fopen") && now->len[0]);
}

/* Where the call is that failed: the same once more. */
static void tell_where(const struct run_case *c, const struct fault *f)
{
	struct fault again = *f;
	char *text, *from;
	size_t len;

	again.tell = true;
	run(c, &again);
	text = contents("stderr", &len);
	from = strstr(text, "    #1 ");
	if (from)
		printf("%.1500s\n", from);
	free(text);
}

static void complain(const struct run_case *c, const struct fault *f, const char *what,
		     const struct result *now)
{
	printf("FAIL  %s, %s %u%s (%s): %s\n%.4000s\n", c->name, kinds[f->kind], f->nth,
	       f->all ? " and all after it" : "", f->hit, what,
	       f->kind == FAULT_BPF ? now->text[0] : now->text[1]);
	if (f->kind != FAULT_BPF && f->nth != UINT32_MAX)
		tell_where(c, f);
	broken++;
}

static void judge(const struct run_case *c, const struct fault *f, int status,
		  const struct result *without)
{
	struct result now;
	char what[64];

	take(&now);
	injected[f->kind]++;
	snprintf(what, sizeof(what), "status %d", status);
	if (status != 0 && status != 1)
		complain(c, f, what, &now);
	else if (status == 1 && !strstr(now.text[1], "unreach: "))
		complain(c, f, "status 1, and it does not say why", &now);
	else if (status == 0 && !same(&now, without, 1) && !now.len[1])
		complain(c, f, "status 0, and not all that was to be said", &now);
	else if (status == 0 && same(&now, without, 1) &&
		 (!same(&now, without, 0) || now.len[2] != without->len[2]) &&
		 !may_lack(c, f, &now))
		complain(c, f, "status 0, but something is missing", &now);
	if (status == 1)
		ended[f->kind]++;
	else if (!status)
		went_on[f->kind]++;
	drop(&now);
}

/* Every call of @kind in turn; with @all, those after it fail as well. */
static void each_call(const struct run_case *c, enum fault_kind kind, bool all)
{
	struct fault f = { .hit = shared->hit, .kind = kind, .nth = UINT32_MAX };
	struct result without;
	int status = run(c, &f);

	take(&without);
	if (status) {
		complain(c, &f, "it fails without any fault", &without);
		drop(&without);
		return;
	}
	f.all = all;
	for (f.nth = first_call;; f.nth += is_short && f.nth > DENSE ? f.nth / 3 : 1) {
		status = run(c, &f);
		if (!f.hit[0])
			break;
		judge(c, &f, status, &without);
	}
	drop(&without);
}

/* ---- in a guest: loading and attaching ---- */

static const struct run_case live = { "--check", { "--check" } };

/* How many programs the kernel has. */
static unsigned int programs(void)
{
	union bpf_attr attr = {};
	unsigned int n = 0;

	while (!syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr), 0, 0, 0)) {
		attr.start_id = attr.next_id;
		n++;
	}
	return n;
}

/* What the kernel frees late may take a moment. */
static bool all_gone(unsigned int before)
{
	for (int i = 0; i < 100; i++) {
		if (programs() <= before)
			return true;
		usleep(50000);
	}
	return false;
}

static unsigned int attached(const char *report)
{
	unsigned int n = 0;

	while ((report = strstr(report, "\n  ok "))) {
		report++;
		n++;
	}
	return n;
}

/* With 0 all is attached, one way or the other (kprobes in the place of trampolines), or it says
 * what is missing. */
static void judge_live(const struct fault *f, int status, const struct result *without,
		       unsigned int before)
{
	struct result now;

	take(&now);
	injected[f->kind]++;
	if (status != 0 && status != 1 && status != 3)
		complain(&live, f, "it broke", &now);
	else if (status == 3 && f->error == ENOMEM)
		complain(&live, f, "status 3 for want of memory", &now);
	else if (status == 1 && !strstr(now.text[1], "unreach: "))
		complain(&live, f, "status 1, and it does not say why", &now);
	else if (status == 3 && !strstr(now.text[0], "can't be traced: "))
		complain(&live, f, "status 3, and it does not say why", &now);
	else if (status == 0 && attached(now.text[0]) < attached(without->text[0]) &&
		 !strstr(now.text[0], "MISS"))
		complain(&live, f, "it attached less, and does not say what is missing", &now);
	if (!all_gone(before))
		complain(&live, f, "programs stay behind", &now);
	ended[f->kind] += status != 0;
	went_on[f->kind] += status == 0;
	drop(&now);
}

/* ---- in a guest: all that a start does beside that, and an end ---- */

static const struct run_case begins = {
	"a start", { "--json", "--for", "200ms", "--serve=127.0.0.1:9099", "--ready-file", OUT }
};

/* With 0 it followed the kernel, and said what it can't see. */
static void judge_start(const struct fault *f, int status, unsigned int before)
{
	struct result now;

	take(&now);
	injected[f->kind]++;
	if (status != 0 && status != 1 && status != 3)
		complain(&begins, f, "it broke", &now);
	else if (status && !strstr(now.text[1], "unreach: "))
		complain(&begins, f, "it ended, and does not say why", &now);
	else if (!status && !strstr(now.text[1], "unreach: watching"))
		complain(&begins, f, "status 0, and it did not follow the kernel", &now);
	if (!all_gone(before))
		complain(&begins, f, "programs stay behind", &now);
	if (status)
		printf("      %s %u (%s): %d: %.*s\n", kinds[f->kind], f->nth, f->hit, status,
		       (int)strcspn(now.text[1], "\n"), now.text[1]);
	ended[f->kind] += status != 0;
	went_on[f->kind] += status == 0;
	drop(&now);
}

/* @tries of the calls of @kind, evenly over all of them. */
static void each_live(const struct run_case *c, enum fault_kind kind, int error, unsigned int tries)
{
	struct fault f = { .hit = shared->hit, .kind = kind, .nth = UINT32_MAX, .error = error };
	const unsigned int before = programs();
	struct result without;
	int status = run(c, &f);
	const unsigned int calls = shared->calls;

	take(&without);
	if (status || !calls)
		complain(c, &f, "it fails without any fault", &without);
	for (unsigned int i = 0; i < tries && i < calls; i++) {
		f.nth = 1 + (calls > tries ? (unsigned int)((uint64_t)i * calls / tries) : i);
		status = run(c, &f);
		if (f.hit[0] && c == &live)
			judge_live(&f, status, &without, before);
		else if (f.hit[0])
			judge_start(&f, status, before);
		fflush(stdout);
	}
	drop(&without);
}

static void in_guest(unsigned int tries)
{
	each_live(&live, FAULT_BPF, EPERM, tries);
	each_live(&live, FAULT_BPF, ENOMEM, tries);
	for (int kind = 0; kind < FAULT_BPF; kind++) {
		if (kind == FAULT_OPEN || kind == FAULT_CALL)
			each_live(&live, kind, 0, tries);
		each_live(&begins, kind, 0, tries);
	}
}

static void on_host(const char *chosen)
{
	for (size_t i = 0; i < NCASES; i++)
		for (int k = 0; k < FAULT_BPF; k++) {
			if (chosen && strcmp(chosen, cases[i].name) != 0 &&
			    strcmp(chosen, kinds[k]) != 0)
				continue;
			each_call(&cases[i], k, false);
			if (k == FAULT_MEMORY && !is_short)
				each_call(&cases[i], k, true);
		}
}

static void print_table(void)
{
	printf("| fault | injected | ended with a message | went on |\n| --- | ---: | ---: | ---: |\n");
	for (int k = 0; k < FAULT_KINDS; k++)
		if (injected[k])
			printf("| %s | %u | %u | %u |\n", kinds[k], injected[k], ended[k],
			       went_on[k]);
}

/* -w -C makes several. */
static void clean_up(void)
{
	char name[16];

	unlink(in_folder("stdout"));
	unlink(in_folder("stderr"));
	unlink(in_folder(OUT));
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), OUT "%d", i);
		unlink(in_folder(name));
	}
	rmdir(folder);
}

int main(int argc, char **argv)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	is_short = argc > 1 && !strcmp(argv[1], "--short");
	if (shared == MAP_FAILED || !mkdtemp(folder))
		return 1;
	if (argc == 3)
		first_call = (unsigned int)atoi(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "--live"))
		in_guest(first_call);
	else
		on_host(is_short ? NULL : argv[1]);
	print_table();
	printf("%s  faults: %u left something undone\n", broken ? "FAIL" : "ok  ", broken);
	clean_up();
	return broken ? 1 : 0;
}
