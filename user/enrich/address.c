// SPDX-License-Identifier: GPL-2.0-only
/* address.c - by the route to it, which costs the same however many addresses there are;
 * and by the list of addresses, since the route of one in a VRF is not found that way. */
#include "user/enrich/address.h"
#include <errno.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include "user/base/addr.h"
#include "user/base/cleanup.h"

#define ANSWER_MAX 4096

UR_DEFINE_CLEANUP(struct ifaddrs, freeifaddrs)

struct question {
	struct nlmsghdr nlh;
	struct rtmsg rtm;
	struct rtattr attr;
	uint8_t addr[16];
};

static enum ur_looked judge(const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = NLMSG_DATA(nlh);
	const struct nlmsgerr *err = NLMSG_DATA(nlh);

	if (nlh->nlmsg_type == NLMSG_ERROR) /* no route, or one of type unreachable and so on */
		return err->error == -ENOBUFS || err->error == -ENOMEM ? UR_COULD_NOT :
									 UR_FOUND_NONE;
	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return UR_COULD_NOT;
	return rtm->rtm_type == RTN_LOCAL || rtm->rtm_type == RTN_BROADCAST ||
			       rtm->rtm_type == RTN_ANYCAST ?
		       UR_FOUND :
		       UR_FOUND_NONE;
}

static enum ur_looked by_route(uint8_t version, const uint8_t addr[16])
{
	ur_cleanup(ur_closep) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const unsigned int len = version == 4 ? 4 : 16;
	struct question q = {
		.nlh = { .nlmsg_len = NLMSG_LENGTH(sizeof(q.rtm)) + RTA_LENGTH(len),
			 .nlmsg_type = RTM_GETROUTE,
			 .nlmsg_flags = NLM_F_REQUEST },
		.rtm = { .rtm_family = version == 4 ? AF_INET : AF_INET6,
			 .rtm_dst_len = (unsigned char)(8 * len) },
		.attr = { .rta_len = (unsigned short)RTA_LENGTH(len), .rta_type = RTA_DST },
	};
	union {
		struct nlmsghdr nlh;
		char room[ANSWER_MAX];
	} a;
	ssize_t n;

	memcpy(q.addr, addr, len);
	if (fd < 0 || send(fd, &q, q.nlh.nlmsg_len, 0) < 0)
		return UR_COULD_NOT;
	n = recv(fd, &a, sizeof(a), MSG_DONTWAIT); /* the kernel has answered by now */
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(struct rtmsg)))
		return UR_COULD_NOT;
	return judge(&a.nlh);
}

static bool is_it(const struct ifaddrs *one, uint8_t version, const uint8_t addr[16])
{
	const struct sockaddr_in *v4 = (const void *)one->ifa_addr;
	const struct sockaddr_in6 *v6 = (const void *)one->ifa_addr;

	if (!one->ifa_addr || one->ifa_addr->sa_family != (version == 4 ? AF_INET : AF_INET6))
		return false;
	return version == 4 ? !memcmp(&v4->sin_addr, addr, 4) : !memcmp(&v6->sin6_addr, addr, 16);
}

static enum ur_looked by_list(uint8_t version, const uint8_t addr[16])
{
	ur_cleanup(freeifaddrsp) struct ifaddrs *all = NULL;

	if (getifaddrs(&all))
		return UR_COULD_NOT;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next)
		if (is_it(one, version, addr))
			return UR_FOUND;
	return UR_FOUND_NONE;
}

enum ur_looked ur_address_here(uint8_t version, const uint8_t addr[16])
{
	enum ur_looked looked = by_route(version, addr);

	return looked == UR_FOUND_NONE ? by_list(version, addr) : looked;
}

/* Is the address that socket @i is bound to still one of the namespace's? */
static enum ur_looked find_address(const struct ur_evidence *ev, unsigned i)
{
	const struct ur_sock *sk = &ev->ev.socks[i], *before = i ? sk - 1 : NULL;
	uint8_t addr[16], version = ur_addr_plain(sk->family, sk->local, addr);

	if (sk->mismatch != UR_MM_ADDRESS || ur_addr_multicast(version, addr))
		return UR_NOT_ASKED;
	if (before && before->mismatch == UR_MM_ADDRESS && before->family == sk->family &&
	    !memcmp(before->local, sk->local, sizeof(sk->local)))
		return ev->local_here[i - 1];
	return ur_address_here(version, addr);
}

void ur_addresses_find(struct ur_evidence *ev)
{
	for (unsigned i = 0; i < ev->ev.nsocks; i++)
		ev->local_here[i] = find_address(ev, i);
}
