// SPDX-License-Identifier: GPL-2.0-only
/* process.c - from socket inodes to processes, through /proc/PID/fd. */
#include "user/enrich/process.h"
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "user/enrich/cgroup.h"

#define CACHE_SIZE    256
#define BELIEVE_MS    2000
#define BUDGET_MS     500
#define CGROUP_MAX    8192               /* version 1 has a dozen lines */
#define LINK_MAX_HERE 40                 /* socket:[18446744073709551615] */
#define INIT_PID_NS   "pid:[4026531836]" /* PROC_PID_INIT_INO of linux/proc_ns.h */
#define PF_KTHREAD    0x00200000         /* linux/sched.h */

/* What one look found out about an inode. */
struct known {
	uint64_t inode; /* 0: free */
	int64_t at;     /* ms */
	int32_t last;   /* the process seen last: it may hold the socket twice */
	uint32_t total;
	uint32_t n;
	struct {
		int32_t pid;
		int32_t fd;
	} one[UR_OWNERS_MAX];
};

struct ur_process {
	unsigned next; /* the slot to reuse */
	struct known known[CACHE_SIZE];
};

/* One pass over the processes. */
struct pass {
	struct ur_process_query *q;
	struct known *found; /* by query */
	size_t n;
	int64_t deadline;
	bool incomplete; /* not all could be looked at */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int ur_process_new(struct ur_process **ret)
{
	struct ur_process *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	*ret = p;
	return 0;
}

void ur_process_free(struct ur_process *p)
{
	free(p);
}

/* The folder of a process; what is opened below it can't become another process's. */
static int open_process(int32_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static ssize_t read_at(int dir, const char *name, char *buf, size_t len)
{
	ur_cleanup(ur_closep) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, len - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/* Of a process that lives, a kernel without cgroups alone has no such file. */
static void read_place(int dir, struct ur_place *place)
{
	char text[CGROUP_MAX];
	ssize_t n = read_at(dir, "cgroup", text, sizeof(text));
	const bool no_cgroups = n == -ENOENT && !faccessat(dir, "comm", F_OK, 0);

	*place = (struct ur_place){ .looked = no_cgroups ? UR_FOUND_NONE : UR_COULD_NOT };
	if (n > 0)
		ur_cgroup_parse(text, n, place);
}

/* Add the process of @dir to @owners, unless it is gone by now. */
static void add_owner(struct ur_owners *owners, int dir, int32_t pid)
{
	char comm[64];
	struct ur_owner *one;

	if (owners->n == UR_OWNERS_MAX || read_at(dir, "comm", comm, sizeof(comm)) <= 0)
		return;
	comm[strlen(comm) - 1] = '\0'; /* the newline */
	one = &owners->one[owners->n++];
	one->pid = pid;
	snprintf(one->comm, sizeof(one->comm), "%.*s", UR_COMM_MAX - 1, comm);
	read_place(dir, &one->place);
	owners->looked = UR_FOUND;
}

/* The inode that descriptor @name of folder @dir is a socket with, or 0. Sets *@denied
 * where the kernel won't say (ptrace_may_access()). */
static uint64_t socket_inode(int dir, const char *name, bool *denied)
{
	char link[LINK_MAX_HERE + 1], *end;
	ssize_t n = readlinkat(dir, name, link, LINK_MAX_HERE);
	uint64_t inode;

	if (n < 0) {
		*denied |= errno == EACCES || errno == EPERM;
		return 0;
	}
	link[n] = '\0';
	if (strncmp(link, "socket:[", 8))
		return 0;
	inode = strtoull(link + 8, &end, 10);
	return strcmp(end, "]") ? 0 : inode;
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

/* Answer from memory. Fails when that is old, or any of it is no longer so. */
static bool answer_known(struct ur_process *p, struct ur_process_query *q)
{
	const struct known *k = recall(p, q->inode);
	struct ur_owners owners = { .looked = UR_FOUND_NONE };
	bool denied = false;

	if (!k || now_ms() - k->at >= BELIEVE_MS)
		return false;
	for (uint32_t i = 0; i < k->n; i++) {
		ur_cleanup(ur_closep) int dir = open_process(k->one[i].pid);
		char name[24];

		snprintf(name, sizeof(name), "fd/%d", k->one[i].fd);
		if (dir < 0 || socket_inode(dir, name, &denied) != q->inode)
			return false;
		add_owner(&owners, dir, k->one[i].pid);
	}
	owners.total = k->total;
	*q->owners = owners;
	return true;
}

/* A socket that process @pid holds through descriptor @name: is it one of ours? */
static void match(struct pass *pass, uint64_t inode, int32_t pid, const char *name, int dir)
{
	for (size_t i = 0; i < pass->n; i++) {
		struct known *k = &pass->found[i];
		struct ur_owners *owners = pass->q[i].owners;

		if (k->inode != inode || k->last == pid)
			continue;
		k->last = pid;
		k->total++;
		owners->total++;
		if (k->n == UR_OWNERS_MAX)
			continue;
		add_owner(owners, dir, pid);
		k->one[k->n].pid = pid;
		k->one[k->n++].fd = atoi(name);
	}
}

static void look_at(struct pass *pass, int32_t pid)
{
	ur_cleanup(ur_closep) int dir = open_process(pid);
	ur_cleanup(ur_closep) int fds = -1;
	ur_cleanup(ur_closedirp) DIR *d = NULL;
	struct dirent *e;

	if (dir < 0)
		return;
	fds = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fds >= 0)
		d = fdopendir(fcntl(fds, F_DUPFD_CLOEXEC, 0));
	if (!d)
		pass->incomplete |= errno != ENOENT && errno != ESRCH;
	for (unsigned n = 1; d && (e = readdir(d)); n++) {
		uint64_t inode = socket_inode(fds, e->d_name, &pass->incomplete);

		if (inode)
			match(pass, inode, pid, e->d_name, dir);
		if (n % 1024 == 0 && now_ms() > pass->deadline)
			return;
	}
}

/* Look at every process once. */
static void run(struct pass *pass)
{
	ur_cleanup(ur_closedirp) DIR *d = opendir("/proc");
	struct dirent *e;

	if (!d)
		pass->incomplete = true;
	while (d && (e = readdir(d))) {
		int32_t pid = atoi(e->d_name);

		if (pid > 0)
			look_at(pass, pid);
		if (now_ms() > pass->deadline) {
			pass->incomplete = true;
			return;
		}
	}
}

/* Try the process that probably holds it. */
static bool answer_hinted(struct ur_process_query *q)
{
	struct known k = { .inode = q->inode };
	struct pass pass = { .q = q, .found = &k, .n = 1, .deadline = now_ms() + BUDGET_MS };

	if (q->hint <= 0)
		return false;
	look_at(&pass, q->hint);
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
		if (this.inode && !answer_known(p, &this) && !answer_hinted(&this)) {
			i++;
			continue;
		}
		q[i] = q[--n];
		q[n] = this;
	}
	return n;
}

/* What the pass came to, for each question. */
static void conclude(struct ur_process *p, const struct pass *pass)
{
	for (size_t i = 0; i < pass->n; i++) {
		struct ur_owners *owners = pass->q[i].owners;

		if (pass->incomplete && owners->looked != UR_FOUND)
			owners->looked = UR_COULD_NOT;
		else
			remember(p, &pass->found[i]);
	}
}

void ur_process_owners(struct ur_process *p, struct ur_process_query *q, size_t n)
{
	ur_cleanup(ur_freep) struct known *found = NULL;
	const size_t left = answer_cheaply(p, q, n);
	struct pass pass = { .q = q, .n = left, .deadline = now_ms() + BUDGET_MS };

	if (!left)
		return;
	pass.found = found = calloc(left, sizeof(*found));
	for (size_t i = 0; i < left; i++) {
		if (found)
			found[i] = (struct known){ .inode = q[i].inode, .at = now_ms() };
		else
			q[i].owners->looked = UR_COULD_NOT;
	}
	if (!found)
		return;
	run(&pass);
	conclude(p, &pass);
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
	ur_cleanup(ur_closep) int dir = open_process(pid);
	char stat[512], *at = NULL;
	unsigned flags = 0;

	if (dir >= 0 && read_at(dir, "stat", stat, sizeof(stat)) > 0)
		at = strrchr(stat, ')');
	if (!at)
		return !strncmp(comm, "kworker/", 8);
	return sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 && flags & PF_KTHREAD;
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
}
