// SPDX-License-Identifier: GPL-2.0-only
/* sockets.c - TCP listeners here, UDP sockets in other namespaces. */
#include "user/enrich/sockets.h"
#include "user/base/addr.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include "user/enrich/netrows.h"

#define NAMESPACES_MAX 256
#define SIGHTINGS      512
#define CACHE_SIZE     32
#define BELIEVE_MS     5000
#define REST_FACTOR    4 /* a look that took 1 ms is followed by 4 ms without one */

struct answer {
	uint32_t own;        /* 0: free */
	uint64_t own_cookie; /* 0: it has none */
	bool target;         /* it was asked for the packet's target */
	int64_t at;          /* ms */
	struct ur_packet pkt;
	struct ur_elsewhere elsewhere;
	uint64_t inode;
};

/* A socket that was on a port, seen first at @at_ns; its inode is given to no other soon. */
struct sighting {
	uint64_t at_ns; /* 0: free */
	uint64_t inode;
	uint32_t netns;
	uint16_t port;
};

struct ur_sockets {
	unsigned next_sighting; /* the slot to reuse */
	struct sighting sightings[SIGHTINGS];
	int64_t rest_until; /* ms */
	unsigned next;      /* the slot to reuse */
	struct answer answers[CACHE_SIZE];
};

/* One look through the namespaces of other processes. */
struct look {
	const struct ur_packet *pkt;
	bool target; /* only where the packet's destination is an own address */
	bool twice;  /* ...which it is in several */
	uint32_t seen[NAMESPACES_MAX];
	unsigned nseen;
	bool incomplete;
	uint32_t here; /* namespace being read */
	int best;      /* rank of what elsewhere holds */
	struct ur_elsewhere *elsewhere;
	uint64_t *inode;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static struct sighting *sighted(struct ur_sockets *s, uint32_t netns, const struct ur_listener *one)
{
	for (struct sighting *at = s->sightings; at < s->sightings + SIGHTINGS; at++)
		if (at->inode == one->inode && at->netns == netns && at->port == one->port)
			return at;
	return NULL;
}

void ur_sockets_known(struct ur_sockets *s, const struct ur_event *ev, struct ur_listeners *found)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	for (unsigned i = 0; i < found->n; i++) {
		struct ur_listener *one = &found->one[i];
		struct sighting *known = sighted(s, ev->netns_inum, one);

		one->before = one->inode && known && known->at_ns <= ev->ts_ns;
		if (known)
			continue;
		s->sightings[s->next_sighting++ % SIGHTINGS] = (struct sighting){
			.at_ns = now.tv_sec * 1000000000ULL + now.tv_nsec,
			.inode = one->inode,
			.netns = ev->netns_inum,
			.port = one->port,
		};
	}
}

int ur_sockets_new(struct ur_sockets **ret)
{
	struct ur_sockets *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*ret = s;
	return 0;
}

void ur_sockets_free(struct ur_sockets *s)
{
	free(s);
}

struct listening {
	uint16_t port;
	struct ur_listeners *ret;
};

static void add(struct ur_listeners *ret, const struct ur_procnet *row)
{
	struct ur_listener *one;

	ret->looked = UR_FOUND;
	ret->total++;
	if (ret->n == UR_LISTENERS_MAX)
		return;
	one = &ret->one[ret->n++];
	one->family = row->family;
	memcpy(one->addr, row->local, sizeof(one->addr));
	one->port = row->port;
	one->inode = row->inode;
	one->uid = row->uid;
}

/* Listening sockets come first in the file (tcp_get_idx()). */
static bool add_listener(const struct ur_procnet *row, void *arg)
{
	const struct listening *l = arg;

	if (row->state != UR_PROCNET_LISTEN)
		return false;
	if (row->port == l->port)
		add(l->ret, row);
	return true;
}

/* Connected, it is a client's, or serves one client only. */
static bool add_unconnected(const struct ur_procnet *row, void *arg)
{
	const struct listening *l = arg;

	if (row->port == l->port && !row->peer_port)
		add(l->ret, row);
	return true;
}

/* Search the lists of one protocol, called @title, in the namespace of this thread. */
static void search(const char *v4, const char *v6, ur_netrow_fn fn, uint16_t port,
		   const char *title, struct ur_listeners *ret)
{
	struct listening l = { .port = port, .ret = ret };
	int r, r6;

	*ret = (struct ur_listeners){ .looked = UR_FOUND_NONE };
	r = ur_netrows_each(v4, fn, &l);
	r6 = ur_netrows_each(v6, fn, &l);
	if (r6 == -ENOENT)
		r6 = 0; /* no IPv6 in this kernel */
	r = r ? r : r6;
	if (!r || ret->looked == UR_FOUND)
		return;
	ret->looked = UR_COULD_NOT;
	snprintf(ret->reason, sizeof(ret->reason), "the list of %s sockets can't be read: %s",
		 title, strerror(-r));
}

void ur_sockets_listeners(uint16_t port, struct ur_listeners *ret)
{
	search("/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6", add_listener, port, "TCP",
	       ret);
}

void ur_sockets_sibling(uint8_t proto, uint16_t port, struct ur_listeners *ret)
{
	if (proto == IPPROTO_UDPLITE || proto == IPPROTO_TCP)
		search("/proc/thread-self/net/udp", "/proc/thread-self/net/udp6", add_unconnected,
		       port, "UDP", ret);
	else if (access("/proc/thread-self/net/udplite", F_OK) && errno == ENOENT)
		*ret = (struct ur_listeners){ .looked = UR_FOUND_NONE }; /* retired */
	else
		search("/proc/thread-self/net/udplite", "/proc/thread-self/net/udplite6",
		       add_unconnected, port, "UDP-Lite", ret);
}

static bool is_any(const uint8_t addr[16])
{
	static const uint8_t any[16];

	return !memcmp(addr, any, sizeof(any));
}

static bool is_loopback(const struct ur_procnet *row)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	if (row->family == AF_INET6)
		return !memcmp(row->local, loopback6, sizeof(loopback6));
	return row->local[0] == 127;
}

/* How well a socket fits: 3 on the packet's destination, 2 on any address, 1 on another, 0 on
 * one that means the namespace itself. An IPv6 socket on any address takes IPv4 as well,
 * unless it says otherwise. */
static int rank(const struct ur_procnet *row, const struct ur_packet *pkt)
{
	uint8_t family = pkt->family == 4 ? AF_INET : AF_INET6;

	if (is_loopback(row))
		return 0;
	if (row->family == family && !memcmp(row->local, pkt->dst, sizeof(row->local)))
		return 3;
	return is_any(row->local) && (row->family == family || row->family == AF_INET6) ? 2 : 1;
}

/* Connected sockets are a client's, or a server's for one client only. */
static bool weigh(const struct ur_procnet *row, void *arg)
{
	struct look *look = arg;
	struct ur_elsewhere *best = look->elsewhere;
	int fits;

	if (look->pkt->proto == IPPROTO_TCP && row->state != UR_PROCNET_LISTEN)
		return false; /* listeners come first */
	if (row->port != look->pkt->dport || row->peer_port || !row->inode)
		return true;
	fits = rank(row, look->pkt);
	if (fits <= look->best)
		return true;
	look->best = fits;
	*look->inode = row->inode;
	best->looked = UR_FOUND;
	best->netns_inum = look->here;
	best->family = row->family;
	memcpy(best->addr, row->local, sizeof(best->addr));
	return true;
}

/* Has this namespace not been looked at yet? Makes a note of it. */
static bool is_new(struct look *look, uint32_t inum)
{
	for (unsigned i = 0; i < look->nseen; i++)
		if (look->seen[i] == inum)
			return false;
	if (look->nseen == NAMESPACES_MAX) {
		look->incomplete = true;
		return false;
	}
	look->seen[look->nseen++] = inum;
	return true;
}

/* "|-- 192.0.2.1", and in the next line "/32 host LOCAL". */
static bool has_address4(FILE *f, const char *addr)
{
	char line[256], *at;
	bool named = false;

	while (fgets(line, sizeof(line), f)) {
		if (named && strstr(line, "/32 host LOCAL"))
			return true;
		at = strstr(line, "|-- ");
		line[strcspn(line, "\n")] = '\0';
		named = at && !strcmp(at + 4, addr);
	}
	return false;
}

/* "20010db8000000000000000000000001 02 40 00 80 eth0" */
static bool has_address6(FILE *f, const uint8_t addr[16])
{
	char line[256], hex[33];

	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", addr[i]);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, hex, 32))
			return true;
	return false;
}

/* Sets *@has: has the namespace of process @pid the packet's destination for its own?
 * Returns 0 or -errno. */
static int is_target(struct look *look, const char *pid, bool *has)
{
	bool v4 = look->pkt->family == 4;
	ur_cleanup(ur_fclosep) FILE *f = NULL;
	char path[64], text[UR_ADDR_TEXT];

	*has = false;
	snprintf(path, sizeof(path), "/proc/%.20s/net/%s", pid, v4 ? "fib_trie" : "if_inet6");
	f = fopen(path, "re");
	if (!f)
		return -errno;
	*has = v4 ? has_address4(f, ur_addr_text(4, look->pkt->dst, text)) :
		    has_address6(f, look->pkt->dst);
	look->twice |= *has && look->elsewhere->is_target;
	if (*has && look->elsewhere->looked != UR_FOUND) {
		look->elsewhere->is_target = true;
		look->elsewhere->netns_inum = look->here;
	}
	return 0;
}

/* The namespace of process @pid, or -errno. Asked in the moment in which the process ends
 * this may be EACCES (proc_ns_get_link()); asked again, there is no such process. */
static int64_t namespace_of(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	if (!stat(path, &st) || (errno == EACCES && !stat(path, &st)))
		return st.st_ino;
	return -errno;
}

/* Read what process @pid shows of its namespace. Returns 0 or -errno, -ENOENT only when
 * nothing worse was met: without IPv6 there is one list less. */
static int look_into(struct look *look, const char *pid)
{
	static const char *const lists[][2] = { { "udp", "udp6" }, { "tcp", "tcp6" } };
	const char *const *files = lists[look->pkt->proto == IPPROTO_TCP];
	bool has = true;
	int ret = look->target ? is_target(look, pid, &has) : 0;

	for (size_t i = 0; i < 2 && has; i++) {
		char path[64];
		int r;

		snprintf(path, sizeof(path), "/proc/%.20s/net/%s", pid, files[i]);
		r = ur_netrows_each(path, weigh, look);
		if (r && (!ret || ret == -ENOENT))
			ret = r;
	}
	return ret;
}

static void look_at(struct look *look, const char *pid)
{
	int64_t inum = namespace_of(pid);
	int r;

	if (inum < 0) {
		look->incomplete |= inum != -ENOENT && inum != -ESRCH;
		return;
	}
	if (!is_new(look, inum))
		return;
	look->here = inum;
	r = look_into(look, pid);
	if (r && namespace_of(pid) != inum)
		look->nseen--; /* the process ended; another may show its namespace */
	else
		look->incomplete |= r && r != -ENOENT;
}

static void look_around(struct look *look)
{
	ur_cleanup(ur_closedirp) DIR *d = opendir("/proc");
	struct dirent *e;

	if (!d)
		look->incomplete = true;
	while (d && (e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			look_at(look, e->d_name);
	if (look->twice) { /* nobody can tell which of them the packet would have reached */
		*look->elsewhere = (struct ur_elsewhere){ .looked = UR_FOUND_NONE };
		*look->inode = 0;
		return;
	}
	if (!look->incomplete || look->elsewhere->looked == UR_FOUND)
		return;
	look->elsewhere->looked = UR_COULD_NOT;
	snprintf(look->elsewhere->reason, sizeof(look->elsewhere->reason),
		 "not all network namespaces could be looked at");
}

static bool same_question(const struct answer *a, uint32_t own, uint64_t cookie, bool target,
			  const struct ur_packet *pkt)
{
	return a->own == own && a->target == target && a->own_cookie == cookie &&
	       a->pkt.proto == pkt->proto && a->pkt.dport == pkt->dport &&
	       a->pkt.family == pkt->family && !memcmp(a->pkt.dst, pkt->dst, sizeof(pkt->dst));
}

static struct answer *recall(struct ur_sockets *s, uint32_t own, uint64_t cookie, bool target,
			     const struct ur_packet *pkt)
{
	for (size_t i = 0; i < CACHE_SIZE; i++)
		if (same_question(&s->answers[i], own, cookie, target, pkt))
			return &s->answers[i];
	return NULL;
}

/* Look now, and remember the answer in *@a. */
static void ask(struct ur_sockets *s, struct answer *a, uint32_t own, bool target,
		const struct ur_packet *pkt)
{
	struct look look = {
		.pkt = pkt,
		.target = target,
		.seen = { own },
		.nseen = 1,
		.elsewhere = &a->elsewhere,
		.inode = &a->inode,
	};
	int64_t start = now_ms();

	*a = (struct answer){ .own = own, .target = target, .pkt = *pkt };
	a->elsewhere.looked = UR_FOUND_NONE;
	look_around(&look);
	a->at = now_ms();
	s->rest_until = a->at + REST_FACTOR * (a->at - start);
}

void ur_sockets_elsewhere(struct ur_sockets *s, uint32_t own, uint64_t cookie, bool target,
			  const struct ur_packet *pkt, struct ur_elsewhere *ret, uint64_t *inode)
{
	struct answer *a = recall(s, own, cookie, target, pkt);
	int64_t now = now_ms();

	*inode = 0;
	if (!a || now - a->at >= BELIEVE_MS) {
		if (now < s->rest_until) {
			*ret = (struct ur_elsewhere){ .looked = UR_COULD_NOT };
			snprintf(ret->reason, sizeof(ret->reason),
				 "other network namespaces were searched a moment ago");
			return;
		}
		a = a ? a : &s->answers[s->next++ % CACHE_SIZE];
		ask(s, a, own, target, pkt);
		a->own_cookie = cookie;
	}
	*ret = a->elsewhere;
	*inode = a->inode;
}

void ur_sockets_netns_gone(struct ur_sockets *s, uint32_t netns)
{
	for (struct answer *a = s->answers; a < s->answers + CACHE_SIZE; a++)
		if (netns == UR_NETNS_ANY || a->own == netns || a->elsewhere.netns_inum == netns)
			*a = (struct answer){};
}
