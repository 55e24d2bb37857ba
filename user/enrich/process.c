// SPDX-License-Identifier: GPL-2.0-only
/* process.c - from socket inodes to processes, through /proc/PID/fd. */
#include "user/enrich/process.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/cgroup.h"
#include "user/enrich/container.h"
#include "user/enrich/procfd.h"

#define CACHE_SIZE   256
#define BELIEVE_MS   10000
#define NOBODY_MS    2000                  /* it may be on its way from one process to another */
#define BUDGET_MS    2000                  /* for one search, on a host that is busy */
#define SEARCH_PRICE 10                    /* searches may take a tenth of a processor... */
#define CREDIT_MAX   (2000 * SEARCH_PRICE) /* ...and two seconds of it in a row */
#define CGROUP_MAX   8192                  /* version 1 has a dozen lines */
#define INIT_PID_NS  "pid:[4026531836]"    /* PROC_PID_INIT_INO of linux/proc_ns.h */
#define PF_KTHREAD   0x00200000            /* linux/sched.h */

/* What one search found out about an inode. */
struct known {
	uint64_t inode; /* 0: free */
	int64_t at;     /* ms */
	enum ur_looked looked;
	int32_t last; /* the process seen last: it may hold the socket twice */
	uint32_t total;
	uint32_t n;
	struct ur_procfd_at one[UR_OWNERS_MAX]; /* without the folder */
};

struct ur_process {
	unsigned next;  /* the slot to reuse */
	int64_t credit; /* ms */
	int64_t credit_at;
	struct known known[CACHE_SIZE];
};

/* Questions that one look at the processes answers. */
struct pass {
	struct ur_process_query *q;
	struct known *found; /* by query */
	size_t n;
};

int ur_process_new(struct ur_process **ret)
{
	struct ur_process *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->credit = CREDIT_MAX;
	p->credit_at = ur_procfd_now_ms();
	*ret = p;
	return 0;
}

void ur_process_free(struct ur_process *p)
{
	free(p);
}

/* Of a process that lives, a kernel without cgroups alone has no such file. */
static void read_place(int dir, struct ur_place *place)
{
	char text[CGROUP_MAX];
	ssize_t n = ur_procfd_read(dir, "cgroup", text, sizeof(text));
	const bool no_cgroups = n == -ENOENT && !faccessat(dir, "comm", F_OK, 0);

	*place = (struct ur_place){ .looked = no_cgroups ? UR_FOUND_NONE : UR_COULD_NOT };
	if (n > 0)
		ur_cgroup_parse(text, n, place);
	ur_container_name("", place);
}

/* Add the process of @dir to @owners. Fails when it is gone by now, or there is no room. */
static bool add_owner(struct ur_owners *owners, int dir, int32_t pid)
{
	char comm[64];
	struct ur_owner *one;

	if (owners->n == UR_OWNERS_MAX || ur_procfd_read(dir, "comm", comm, sizeof(comm)) <= 0)
		return false;
	comm[strlen(comm) - 1] = '\0'; /* the newline */
	one = &owners->one[owners->n++];
	one->pid = pid;
	snprintf(one->comm, sizeof(one->comm), "%.*s", UR_COMM_MAX - 1, comm);
	read_place(dir, &one->place);
	owners->looked = UR_FOUND;
	return true;
}

static struct known *recall(struct ur_process *p, uint64_t inode)
{
	for (size_t i = 0; i < CACHE_SIZE; i++)
		if (p->known[i].inode == inode)
			return &p->known[i];
	return NULL;
}

static void remember(struct ur_process *p, const struct known *k)
{
	struct known *slot = recall(p, k->inode);

	if (!slot)
		slot = &p->known[p->next++ % CACHE_SIZE];
	*slot = *k;
}

/* Answer with those that held it lately. Fails when that is long ago, or any of it is no
 * longer so. */
static bool answer_holders(struct ur_process *p, struct ur_process_query *q)
{
	const struct known *k = recall(p, q->inode);
	struct ur_owners owners = { .looked = UR_FOUND_NONE };

	if (!k || !k->n || ur_procfd_now_ms() - k->at >= BELIEVE_MS)
		return false;
	for (uint32_t i = 0; i < k->n; i++) {
		ur_cleanup(ur_closep) int dir = ur_procfd_open(k->one[i].pid);
		struct ur_procfd_at at = k->one[i];

		at.dir = dir;
		if (dir < 0 || !ur_procfd_still(&at, q->inode) || !add_owner(&owners, dir, at.pid))
			return false;
	}
	owners.total = k->total;
	*q->owners = owners;
	return true;
}

/* Nobody held it a moment ago, or could be seen to. */
static bool answer_nobody(struct ur_process *p, struct ur_process_query *q)
{
	const struct known *k = recall(p, q->inode);

	if (!k || k->n || ur_procfd_now_ms() - k->at >= NOBODY_MS)
		return false;
	q->owners->looked = k->looked;
	return true;
}

/* A socket that somebody holds: is it one of ours? */
static void match(uint64_t inode, const struct ur_procfd_at *at, void *arg)
{
	const struct pass *pass = arg;

	for (size_t i = 0; i < pass->n; i++) {
		struct known *k = &pass->found[i];
		struct ur_owners *owners = pass->q[i].owners;

		if (k->inode != inode || k->last == at->pid)
			continue;
		k->last = at->pid;
		if (k->n < UR_OWNERS_MAX) {
			if (!add_owner(owners, at->dir, at->pid))
				continue;
			k->one[k->n++] = *at;
		}
		owners->total = ++k->total;
	}
}

/* Try the process that probably holds it. */
static bool answer_hinted(struct ur_process_query *q)
{
	struct known k = { .inode = q->inode };
	struct pass pass = { .q = q, .found = &k, .n = 1 };
	struct ur_procfd_look look = { .fn = match, .arg = &pass };

	if (q->hint <= 0)
		return false;
	look.deadline = ur_procfd_now_ms() + BUDGET_MS;
	ur_procfd_one(&look, q->hint);
	return q->owners->looked == UR_FOUND;
}

/* Move the questions that can be answered without a pass out of the way, to the end.
 * Returns how many are left. */
static size_t answer_cheaply(struct ur_process *p, struct ur_process_query *q, size_t n)
{
	size_t i = 0;

	while (i < n) {
		struct ur_process_query this = q[i];

		*this.owners = (struct ur_owners){ .looked = UR_FOUND_NONE };
		if (this.inode && !answer_holders(p, &this) && !answer_hinted(&this) &&
		    !answer_nobody(p, &this)) {
			i++;
			continue;
		}
		q[i] = q[--n];
		q[n] = this;
	}
	return n;
}

/* Process 1 opens sockets for services (systemd.socket(5)): those serve, it only holds. */
static void put_init_last(struct known *k, struct ur_owners *owners)
{
	const struct ur_owner init = owners->one[0];
	const struct ur_procfd_at holder = k->one[0];

	if (owners->n < 2 || init.pid != 1)
		return;
	memmove(owners->one, owners->one + 1, (owners->n - 1) * sizeof(init));
	memmove(k->one, k->one + 1, (k->n - 1) * sizeof(holder));
	owners->one[owners->n - 1] = init;
	k->one[k->n - 1] = holder;
}

/* What the pass came to, for each question. "Nobody" is an answer only where all could be
 * seen: from the first pid namespace, through a /proc that hides none (hidepid, see proc(5)):
 * it would hide process 1. */
static void conclude(struct ur_process *p, struct pass *pass, const struct ur_procfd_look *look)
{
	const bool all = !look->incomplete && look->saw_init && ur_process_sees_all();

	for (size_t i = 0; i < pass->n; i++) {
		struct ur_owners *owners = pass->q[i].owners;

		put_init_last(&pass->found[i], owners);
		if (!all && owners->looked != UR_FOUND)
			owners->looked = UR_COULD_NOT;
		pass->found[i].looked = owners->looked;
		remember(p, &pass->found[i]);
	}
}

static bool all_answered(const struct pass *pass)
{
	for (size_t i = 0; i < pass->n; i++)
		if (pass->q[i].owners->looked != UR_FOUND)
			return false;
	return true;
}

static bool may_search(struct ur_process *p)
{
	const int64_t now = ur_procfd_now_ms();

	p->credit += now - p->credit_at;
	p->credit_at = now;
	if (p->credit > CREDIT_MAX)
		p->credit = CREDIT_MAX;
	return p->credit > 0;
}

/* What this thread has used of a processor. */
static int64_t used_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void search(struct ur_process *p, struct pass *pass)
{
	const int64_t start = ur_procfd_now_ms(), used = used_ms();
	struct ur_procfd_look look = { .fn = match, .arg = pass, .deadline = start + BUDGET_MS };

	for (size_t i = 0; i < pass->n; i++)
		pass->found[i] = (struct known){ .inode = pass->q[i].inode, .at = start };
	ur_procfd_all(&look);
	if (!all_answered(pass))
		ur_procfd_threads(&look);
	conclude(p, pass, &look);
	p->credit -= SEARCH_PRICE * (used_ms() - used);
}

void ur_process_owners(struct ur_process *p, struct ur_process_query *q, size_t n)
{
	ur_cleanup(ur_freep) struct known *found = NULL;
	struct pass pass = { .q = q, .n = answer_cheaply(p, q, n) };

	if (!pass.n)
		return;
	if (may_search(p))
		pass.found = found = calloc(pass.n, sizeof(*found));
	if (found)
		return search(p, &pass);
	for (size_t i = 0; i < pass.n; i++)
		q[i].owners->looked = UR_COULD_NOT;
}

bool ur_process_sees_all(void)
{
	char link[32];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = '\0';
	return !strcmp(link, INIT_PID_NS);
}

/* The flags are the 9th field of /proc/PID/stat, the 7th after the comm, which may hold
 * anything but ends at the last ')'. A process that is gone is no kernel thread, as far
 * as one can tell: workers that come and go are known by name. */
static bool is_kernel_thread(int32_t pid, const char *comm)
{
	ur_cleanup(ur_closep) int dir = ur_procfd_open(pid);
	char stat[512], *at = NULL;
	unsigned flags = 0;

	if (dir >= 0 && ur_procfd_read(dir, "stat", stat, sizeof(stat)) > 0)
		at = strrchr(stat, ')');
	if (!at)
		return !strncmp(comm, "kworker/", 8);
	return sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 && flags & PF_KTHREAD;
}

/* Where it runs is read later: another process may have its number by then. */
static void place_of_current(struct ur_owners *owners)
{
	struct ur_owners now = {};
	ur_cleanup(ur_closep) int dir = ur_procfd_open(owners->one[0].pid);

	owners->one[0].place.looked = UR_COULD_NOT;
	if (dir >= 0)
		add_owner(&now, dir, owners->one[0].pid);
	if (now.n && !strcmp(now.one[0].comm, owners->one[0].comm))
		owners->one[0].place = now.one[0].place;
}

void ur_process_current(int32_t tgid, const char *comm, struct ur_owners *owners)
{
	*owners = (struct ur_owners){ .looked = UR_COULD_NOT };
	if (!ur_process_sees_all())
		return;
	owners->looked = UR_FOUND_NONE;
	if (tgid <= 0 || is_kernel_thread(tgid, comm))
		return;
	owners->looked = UR_FOUND;
	owners->n = owners->total = 1;
	owners->one[0].pid = tgid;
	snprintf(owners->one[0].comm, UR_COMM_MAX, "%.*s", UR_COMM_MAX - 1, comm);
	place_of_current(owners);
}
