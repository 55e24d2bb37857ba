// SPDX-License-Identifier: GPL-2.0-only
/* rtnl.c - the kernel has answered by the time that send() returns, so nobody waits. */
#include "user/enrich/rtnl.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "user/base/cleanup.h"

#define REQUEST_MAX 512

struct request {
	struct nlmsghdr nlh;
	uint8_t rest[REQUEST_MAX];
};

static int make(struct request *rq, const void *fixed, size_t fixed_len,
		const struct ur_rtnl_arg *args, size_t nargs)
{
	size_t at = NLMSG_ALIGN(fixed_len);

	if (at > sizeof(rq->rest))
		return -EMSGSIZE;
	memcpy(rq->rest, fixed, fixed_len);
	for (size_t i = 0; i < nargs; i++) {
		struct rtattr attr = { .rta_len = (unsigned short)RTA_LENGTH(args[i].len),
				       .rta_type = args[i].type };

		if (!args[i].type)
			continue;
		if (at + RTA_SPACE(args[i].len) > sizeof(rq->rest))
			return -EMSGSIZE;
		memcpy(rq->rest + at, &attr, sizeof(attr));
		memcpy(rq->rest + at + RTA_LENGTH(0), args[i].data, args[i].len);
		at += RTA_SPACE(args[i].len);
	}
	rq->nlh.nlmsg_len = NLMSG_HDRLEN + at;
	return 0;
}

/* Is the header of @answer right, of which @n bytes were received? */
static int judge(union ur_rtnl_answer *answer, size_t n, uint16_t type, size_t fixed_len)
{
	struct nlmsghdr *nlh = &answer->nlh;
	const struct nlmsgerr *err = NLMSG_DATA(nlh);

	if (n < NLMSG_HDRLEN)
		return -EPROTO;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return n >= NLMSG_LENGTH(sizeof(err->error)) && err->error < 0 ? err->error :
										 -EPROTO;
	/* RTM_GETX is RTM_NEWX + 2. */
	if (nlh->nlmsg_type != type - 2 || nlh->nlmsg_len < NLMSG_LENGTH(fixed_len) ||
	    n < NLMSG_LENGTH(fixed_len))
		return -EPROTO;
	if (nlh->nlmsg_len > n)
		nlh->nlmsg_len = n;
	return 0;
}

int ur_rtnl_get(uint16_t type, const void *fixed, size_t fixed_len, const struct ur_rtnl_arg *args,
		size_t nargs, union ur_rtnl_answer *answer)
{
	ur_cleanup(ur_closep) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct request rq = { .nlh = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST } };
	int r = fd < 0 ? -errno : make(&rq, fixed, fixed_len, args, nargs);
	ssize_t n;

	if (r)
		return r;
	memset(answer, 0, sizeof(*answer));
	if (send(fd, &rq, rq.nlh.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, answer, sizeof(*answer), MSG_DONTWAIT);
	return n < 0 ? -errno : judge(answer, n, type, fixed_len);
}

const struct rtattr *ur_rtnl_find(const void *attrs, size_t len, uint16_t type)
{
	const uint8_t *at = attrs;

	while (len >= sizeof(struct rtattr)) {
		const struct rtattr *attr = (const void *)at;
		size_t step = RTA_ALIGN(attr->rta_len);

		if (attr->rta_len < sizeof(*attr) || attr->rta_len > len)
			return NULL;
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
		at += step < len ? step : len;
		len -= step < len ? step : len;
	}
	return NULL;
}

const struct rtattr *ur_rtnl_attr(const union ur_rtnl_answer *answer, size_t fixed_len,
				  uint16_t type)
{
	return ur_rtnl_find(answer->room + NLMSG_SPACE(fixed_len),
			    answer->nlh.nlmsg_len > NLMSG_SPACE(fixed_len) ?
				    answer->nlh.nlmsg_len - NLMSG_SPACE(fixed_len) :
				    0,
			    type);
}

uint32_t ur_rtnl_u32(const struct rtattr *attr)
{
	uint32_t value = 0;

	if (attr && attr->rta_len == RTA_LENGTH(sizeof(value)))
		memcpy(&value, RTA_DATA(attr), sizeof(value));
	return value;
}
