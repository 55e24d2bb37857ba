/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/enrich/taken.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include "user/enrich/netrows.h"

struct look {
	const struct ur_packet *pkt;
	struct ur_taken_open open;
	struct ur_taken *ret;
	uint64_t *inode;
	int best; /* rank of what ret holds */
};

static bool is_any(const uint8_t addr[16])
{
	static const uint8_t any[16];

	return !memcmp(addr, any, sizeof(any));
}

/* Is @addr, of a socket of @family, the address @want of the packet? IPv6 sockets have IPv4
 * addresses as ::ffff:a.b.c.d. */
static bool same(const struct ur_packet *pkt, uint8_t family, const uint8_t addr[16],
		 const uint8_t want[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (family == (pkt->family == 4 ? AF_INET : AF_INET6))
		return !memcmp(addr, want, 16);
	return pkt->family == 4 && !memcmp(addr, mapped, 12) && !memcmp(addr + 12, want, 4);
}

/* 2: on the packet's destination; 1: on any address; 0: it does not fit. */
static int rank(const struct ur_procnet *row, const struct ur_packet *pkt)
{
	if (row->port != pkt->dport || (pkt->family == 6 && row->family == AF_INET))
		return 0;
	if (row->peer_port &&
	    (row->peer_port != pkt->sport || !same(pkt, row->family, row->peer, pkt->src)))
		return 0;
	if (same(pkt, row->family, row->local, pkt->dst))
		return 2;
	return is_any(row->local);
}

static bool was_open(const struct look *look, uint64_t inode)
{
	for (size_t i = 0; i < look->open.n; i++)
		if (look->open.inode[i] == inode)
			return true;
	return false;
}

static bool weigh(const struct ur_procnet *row, void *arg)
{
	struct look *look = arg;
	int fits = rank(row, look->pkt);

	if (fits <= look->best || was_open(look, row->inode))
		return true;
	look->best = fits;
	*look->inode = row->inode;
	look->ret->looked = UR_FOUND;
	look->ret->family = row->family;
	memcpy(look->ret->addr, row->local, sizeof(look->ret->addr));
	return true;
}

void ur_taken_find(const struct ur_packet *pkt, struct ur_taken_open open, struct ur_taken *ret,
		   uint64_t *inode)
{
	static const char *const lists[][2] = {
		{ "/proc/thread-self/net/udp", "/proc/thread-self/net/udp6" },
		{ "/proc/thread-self/net/udplite", "/proc/thread-self/net/udplite6" },
		{ "/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6" },
	};
	const char *const *list = lists[pkt->proto == IPPROTO_UDPLITE ? 1 :
					pkt->proto == IPPROTO_TCP     ? 2 :
									0];
	struct look look = { .pkt = pkt, .open = open, .ret = ret, .inode = inode };

	*ret = (struct ur_taken){ .looked = UR_FOUND_NONE };
	*inode = 0;
	for (int i = 0; i < 2; i++) {
		int r = ur_netrows_each(list[i], weigh, &look);

		if (r && r != -ENOENT && !look.best) /* no IPv6, no UDP-Lite in this kernel */
			ret->looked = UR_COULD_NOT;
	}
}
