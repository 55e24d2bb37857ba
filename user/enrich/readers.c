// SPDX-License-Identifier: GPL-2.0-only
/* readers.c - /proc/net/raw, raw6 and packet. */
#include "user/enrich/readers.h"
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "user/base/addr.h"
#include "user/enrich/netrows.h"

struct look {
	const struct ur_packet *pkt;
	uint32_t ifindex;
	struct ur_readers *ret;
};

static void add(struct ur_readers *ret, struct ur_reader one)
{
	ret->looked = UR_FOUND;
	ret->total++;
	if (ret->n < UR_READERS_MAX)
		ret->one[ret->n++] = one;
}

static bool takes(uint8_t version, const uint8_t own[16], const uint8_t addr[16])
{
	return ur_addr_any(version, own) || ur_addr_equal(version, own, addr);
}

/* raw_v4_match(), raw_v6_match(), but for the device, which is not shown. */
static bool take_raw(const struct ur_procnet *row, void *arg)
{
	const struct look *look = arg;
	const struct ur_packet *pkt = look->pkt;
	struct ur_reader one = { .kind = UR_READER_RAW, .family = row->family };

	if (row->port != pkt->proto || !takes(pkt->family, row->local, pkt->dst) ||
	    !takes(pkt->family, row->peer, pkt->src))
		return true;
	one.inode = row->inode;
	one.uid = row->uid;
	add(look->ret, one);
	return true;
}

static bool take_packet(const struct ur_procnet_packet *row, void *arg)
{
	const struct look *look = arg;
	const uint16_t own = look->pkt->family == 6 ? ETH_P_IPV6 : ETH_P_IP;
	struct ur_reader one = { .kind = UR_READER_PACKET };

	if (!row->running || (row->ethertype != ETH_P_ALL && row->ethertype != own) ||
	    (row->ifindex && row->ifindex != look->ifindex))
		return true;
	one.ethertype = row->ethertype;
	one.ifindex = row->ifindex;
	one.inode = row->inode;
	one.uid = row->uid;
	add(look->ret, one);
	return true;
}

void ur_readers_find(const struct ur_packet *pkt, uint32_t ifindex, struct ur_readers *ret)
{
	struct look look = { .pkt = pkt, .ifindex = ifindex, .ret = ret };
	int raw, packet;

	*ret = (struct ur_readers){ .looked = UR_FOUND_NONE };
	raw = ur_netrows_each(pkt->family == 6 ? "/proc/thread-self/net/raw6" :
						 "/proc/thread-self/net/raw",
			      take_raw, &look);
	packet = ur_netrows_each_packet("/proc/thread-self/net/packet", take_packet, &look);
	/* what the kernel does not have, or has not loaded, nobody uses */
	raw = raw == -ENOENT ? 0 : raw;
	packet = packet == -ENOENT ? 0 : packet;
	if ((!raw && !packet) || ret->looked == UR_FOUND)
		return;
	ret->looked = UR_COULD_NOT;
	snprintf(ret->reason, sizeof(ret->reason), "the list of %s sockets can't be read: %s",
		 raw ? "raw" : "packet", strerror(raw ? -raw : -packet));
}
