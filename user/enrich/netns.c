// SPDX-License-Identifier: GPL-2.0-only
/* netns.c - finding namespaces in the file system. */
#include "user/enrich/netns.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#define PATH_MAX_HERE 320 /* /run/docker/netns/ and a file name of at most 255 */
#define CACHE_SIZE    64
#define NONE_MS       1000  /* how long "it has no name" is believed */
#define SCAN_MAX      65536 /* directory entries looked at, at most */
#define HOST          "/proc/1/ns/net"

static const char *const folders[] = { "/run/netns", "/run/docker/netns" };

/* What is known of one namespace: a way in, which may be all there is. */
struct known {
	uint32_t inum; /* 0: free */
	int64_t at;    /* ms, when it was found */
	char name[UR_NAME_MAX];
	char path[PATH_MAX_HERE];
};

struct ur_netns_names {
	dev_t nsfs;
	struct timespec as_of; /* 0: now */
	unsigned next;         /* the slot to reuse */
	struct known known[CACHE_SIZE];
};

/* One search: for the file of @inum, wherever it is. */
struct search {
	const struct ur_netns_names *names;
	uint32_t inum;
	bool denied;  /* something could not be looked at */
	bool younger; /* its file is there, but was not when it matters */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int ur_netns_names_new(struct ur_netns_names **ret)
{
	ur_cleanup(ur_netns_names_freep) struct ur_netns_names *names = calloc(1, sizeof(*names));
	struct stat st;

	if (!names)
		return -ENOMEM;
	if (stat("/proc/self/ns/net", &st))
		return -errno;
	names->nsfs = st.st_dev;
	*ret = ur_take(names);
	return 0;
}

void ur_netns_names_free(struct ur_netns_names *names)
{
	free(names);
}

void ur_netns_as_of(struct ur_netns_names *names, const struct timespec *when)
{
	names->as_of = when ? *when : (struct timespec){};
}

/* The inode of a namespace that a file names lives as long as that, and no setattr() changes
 * it. Those in /proc are made when somebody looks. */
static bool is_younger(const struct ur_netns_names *names, const char *path, const struct stat *st)
{
	const struct timespec *as_of = &names->as_of, *made = &st->st_ctim;

	if (!as_of->tv_sec || !strncmp(path, "/proc/", 6))
		return false;
	return made->tv_sec > as_of->tv_sec ||
	       (made->tv_sec == as_of->tv_sec && made->tv_nsec > as_of->tv_nsec);
}

/* Does @path lead to the namespace in search? A process that ends in that moment is refused
 * with EACCES (proc_ns_get_link()); asked again, there is none. */
static bool leads(struct search *s, const char *path)
{
	struct stat st;

	if (stat(path, &st) && (errno != EACCES || stat(path, &st))) {
		if (errno == EACCES || errno == EPERM)
			s->denied = true;
		return false;
	}
	if (st.st_dev != s->names->nsfs || st.st_ino != s->inum)
		return false;
	s->younger |= is_younger(s->names, path, &st);
	return !is_younger(s->names, path, &st);
}

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* The next entry of @d; NULL at the end, or when it can't be read. */
static struct dirent *next_entry(struct search *s, DIR *d)
{
	struct dirent *e;

	errno = 0;
	e = readdir(d);
	if (!e && errno)
		s->denied = true;
	return e;
}

/* Look at @dir/<entry>@tail for every entry; only numbers when there is a tail. */
static bool search_folder(struct search *s, const char *dir, const char *tail,
			  char path[PATH_MAX_HERE])
{
	ur_cleanup(ur_closedirp) DIR *d = opendir(dir);
	struct dirent *e;

	if (!d && errno != ENOENT)
		s->denied = true;
	for (unsigned n = 0; d && n < SCAN_MAX && (e = next_entry(s, d)); n++) {
		if (e->d_name[0] == '.' || (*tail && !is_number(e->d_name)))
			continue;
		snprintf(path, PATH_MAX_HERE, "%s/%s%s", dir, e->d_name, tail);
		if (leads(s, path))
			return true;
	}
	return false;
}

static bool is_octal(const char *p)
{
	for (int i = 0; i < 3; i++)
		if (p[i] < '0' || p[i] > '7')
			return false;
	return true;
}

/* Space, tab, newline and backslash are "\040" and the like there (mangle_path()). */
static void unescape(const char *field, char *path)
{
	for (; *field; path++) {
		if (*field == '\\' && is_octal(field + 1)) {
			*path = (char)(field[1] << 6 | (field[2] & 7) << 3 | (field[3] & 7));
			field += 4;
		} else {
			*path = *field++;
		}
	}
	*path = '\0';
}

/* One line of mountinfo: "id parent dev root mountpoint ...", the root of a namespace
 * being "net:[inum]" (see nsfs_show_path()). */
static bool mount_leads(struct search *s, char *line, char path[PATH_MAX_HERE])
{
	char *save = NULL, *field = strtok_r(line, " ", &save);
	char want[32];

	snprintf(want, sizeof(want), "net:[%u]", s->inum);
	for (int i = 0; field && i < 3; i++)
		field = strtok_r(NULL, " ", &save);
	if (!field || strcmp(field, want))
		return false;
	field = strtok_r(NULL, " ", &save);
	if (!field || strlen(field) >= PATH_MAX_HERE)
		return false;
	unescape(field, path);
	return leads(s, path);
}

static bool search_mounts(struct search *s, char path[PATH_MAX_HERE])
{
	ur_cleanup(ur_fclosep) FILE *f = fopen("/proc/thread-self/mountinfo", "re");
	ur_cleanup(ur_freep) char *line = NULL;
	size_t room = 0;

	if (!f)
		s->denied = true;
	for (unsigned n = 0; f && n < SCAN_MAX && getline(&line, &room, f) > 0; n++)
		if (mount_leads(s, line, path))
			return true;
	return false;
}

/* Find the file that names the namespace. */
static bool search_named(struct search *s, char path[PATH_MAX_HERE])
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (search_folder(s, folders[i], "", path))
			return true;
	return false;
}

/* Find any way in. */
static bool search_any(struct search *s, char path[PATH_MAX_HERE])
{
	static const char *const near[] = { HOST, "/proc/thread-self/ns/net" };

	for (size_t i = 0; i < sizeof(near) / sizeof(*near); i++) {
		strcpy(path, near[i]);
		if (leads(s, path))
			return true;
	}
	if (search_named(s, path) || search_mounts(s, path))
		return true;
	return !s->younger && search_folder(s, "/proc", "/ns/net", path);
}

static struct known *recall(struct ur_netns_names *names, uint32_t inum)
{
	for (size_t i = 0; i < CACHE_SIZE; i++)
		if (names->known[i].inum == inum)
			return &names->known[i];
	return NULL;
}

/* Start a fresh entry for @inum, in the place of its old one or of the oldest. */
static struct known *remember(struct ur_netns_names *names, uint32_t inum)
{
	struct known *k = recall(names, inum);

	if (!k)
		k = &names->known[names->next++ % CACHE_SIZE];
	*k = (struct known){ .inum = inum, .at = now_ms() };
	return k;
}

/* Take the name from the file's; pid 1's namespace is the host's, whatever else it is
 * called. */
static void set_name(struct known *k)
{
	const char *name = strcmp(k->path, HOST) ? strrchr(k->path, '/') + 1 : "host";

	snprintf(k->name, sizeof(k->name), "%s", name);
}

static bool still_true(struct ur_netns_names *names, const struct known *k)
{
	struct search s = { .names = names, .inum = k->inum };

	if (!k->name[0])
		return now_ms() - k->at < NONE_MS;
	return leads(&s, k->path);
}

/* Look the name up. Returns the entry, or NULL when there could be one behind something
 * that can't be read. */
static const struct known *find_name(struct ur_netns_names *names, uint32_t inum)
{
	struct search s = { .names = names, .inum = inum };
	struct known *k = recall(names, inum);

	if (k && still_true(names, k))
		return k;
	k = remember(names, inum);
	strcpy(k->path, HOST);
	if (leads(&s, HOST) || search_named(&s, k->path)) {
		set_name(k);
		return k;
	}
	k->path[0] = '\0';
	if (s.denied || s.younger)
		k->inum = 0; /* asked again it may be there */
	return s.denied && !s.younger ? NULL : k;
}

void ur_netns_name(struct ur_netns_names *names, uint32_t inum, struct ur_netns *ret)
{
	const struct known *k = inum ? find_name(names, inum) : NULL;

	*ret = (struct ur_netns){ .looked = UR_COULD_NOT, .inum = inum };
	if (!k)
		return;
	ret->looked = k->name[0] ? UR_FOUND : UR_FOUND_NONE;
	memcpy(ret->name, k->name, sizeof(ret->name));
}

/* Open @path and make sure of what was opened. */
static int open_checked(const struct search *s, const char *path)
{
	ur_cleanup(ur_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (st.st_dev != s->names->nsfs || st.st_ino != s->inum)
		return -ENOENT;
	return ur_take_fd(&fd);
}

int ur_netns_open(struct ur_netns_names *names, uint32_t inum)
{
	struct search s = { .names = names, .inum = inum };
	struct known *k = recall(names, inum);
	char path[PATH_MAX_HERE];

	if (!inum)
		return -ENOENT;
	if (k && k->path[0] && leads(&s, k->path))
		return open_checked(&s, k->path);
	if (!search_any(&s, path))
		return s.denied ? -EACCES : -ENOENT;
	if (k && !k->name[0])
		strcpy(k->path, path);
	return open_checked(&s, path);
}

/* The number of the network namespace behind @path. */
static int inum_of(const char *path, uint32_t *inum)
{
	ur_cleanup(ur_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -ENOTTY;
	*inum = st.st_ino;
	return 0;
}

static int resolve_name(const char *name, uint32_t *inum)
{
	char path[PATH_MAX_HERE];
	int r = -ENOENT;

	if (!strcmp(name, "host"))
		return inum_of(HOST, inum);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && r == -ENOENT; i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		r = inum_of(path, inum);
	}
	return r;
}

static int resolve_pid(const char *pid, uint32_t *inum)
{
	char path[PATH_MAX_HERE];
	int r;

	if (strlen(pid) > 10)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	r = inum_of(path, inum);
	return r == -ENOENT ? -ESRCH : r;
}

int ur_netns_resolve(const char *arg, uint32_t *inum)
{
	int r;

	if (!strcmp(arg, "all")) {
		*inum = 0;
		return 0;
	}
	if (!*arg || strchr(arg, '/') || strlen(arg) > NAME_MAX || !strcmp(arg, ".") ||
	    !strcmp(arg, ".."))
		return -EINVAL;
	r = resolve_name(arg, inum);
	return r == -ENOENT && is_number(arg) ? resolve_pid(arg, inum) : r;
}

struct list {
	uint32_t *inums;
	size_t n;
	size_t max;
};

static void add_to(struct list *l, const char *path)
{
	struct stat st;

	if (l->n == l->max || stat(path, &st))
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->inums[i] == st.st_ino)
			return;
	l->inums[l->n++] = st.st_ino;
}

/* As search_folder(). A file that isn't a namespace adds a number that none has. */
static void add_folder(struct list *l, const char *dir, const char *tail)
{
	ur_cleanup(ur_closedirp) DIR *d = opendir(dir);
	char path[PATH_MAX_HERE];
	struct dirent *e;

	for (unsigned n = 0; d && n < SCAN_MAX && (e = readdir(d)); n++) {
		if (e->d_name[0] == '.' || (*tail && !is_number(e->d_name)))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", dir, e->d_name, tail);
		add_to(l, path);
	}
}

size_t ur_netns_list(uint32_t *inums, size_t max)
{
	struct list l = { .inums = inums, .max = max };

	add_to(&l, HOST);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		add_folder(&l, folders[i], "");
	add_folder(&l, "/proc", "/ns/net");
	return l.n;
}
