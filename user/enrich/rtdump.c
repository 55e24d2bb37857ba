// SPDX-License-Identifier: GPL-2.0-only
/* rtdump.c - one request, its answers, strictly checked. */
#include "user/enrich/rtdump.h"
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include "user/base/cleanup.h"

#define TIMEOUT_S    2
#define FIXED_MAX    64
#define RECEIVE_ROOM 65536 /* more than the kernel puts into one datagram of a dump */

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

/* The kernel's status in a NLMSG_ERROR or NLMSG_DONE message. */
static int status_of(const struct nlmsghdr *nlh)
{
	int status = 0;

	if (nlh->nlmsg_len >= NLMSG_LENGTH(sizeof(status)))
		memcpy(&status, NLMSG_DATA(nlh), sizeof(status));
	return status < 0 ? status : 1;
}

static int one_message(struct ur_rtdump *d, const struct nlmsghdr *nlh)
{
	int r;

	if (nlh->nlmsg_seq != d->seq)
		return 0;
	d->interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
		return status_of(nlh);
	if (nlh->nlmsg_type != d->type)
		return 0;
	r = d->fn(NLMSG_DATA(nlh), nlh->nlmsg_len - NLMSG_HDRLEN, d->arg);
	return r < 0 ? r : 0;
}

int ur_rtdump_take(struct ur_rtdump *d, const uint8_t *buf, size_t len)
{
	int r = 0;

	while (!r && len >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
		size_t step = NLMSG_ALIGN(nlh->nlmsg_len);

		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len)
			return -EBADMSG;
		r = one_message(d, nlh);
		if (step >= len)
			break;
		buf += step;
		len -= step;
	}
	return r;
}

/* Without strict checks a kernel ignores what a dump is to be filtered by, and sends all. */
static int open_socket(void)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	const int on = 1;
	ur_cleanup(ur_closep) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on)))
		return -errno;
	return ur_take_fd(&fd);
}

static int receive(int fd, struct ur_rtdump *d)
{
	ur_cleanup(ur_freep) uint8_t *buf = malloc(RECEIVE_ROOM);
	time_t deadline = time(NULL) + TIMEOUT_S;
	int r = 0;

	if (!buf)
		return -ENOMEM;
	while (!r) {
		ssize_t n = recv(fd, buf, RECEIVE_ROOM, MSG_TRUNC);

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n > RECEIVE_ROOM)
			return -EMSGSIZE;
		r = ur_rtdump_take(d, buf, n);
		if (!r && time(NULL) > deadline)
			return -ETIMEDOUT;
	}
	if (r < 0)
		return r;
	return d->interrupted ? -EINTR : 0;
}

int ur_rtdump(uint16_t type, const void *fixed, size_t fixed_len, ur_rtdump_fn fn, void *arg)
{
	/* RTM_GETX is RTM_NEWX + 2. */
	struct ur_rtdump d = { .seq = 1, .type = type - 2, .fn = fn, .arg = arg };
	struct {
		struct nlmsghdr nlh;
		uint8_t fixed[FIXED_MAX];
	} rq = {
		.nlh = { .nlmsg_len = NLMSG_LENGTH(fixed_len),
			 .nlmsg_type = type,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			 .nlmsg_seq = d.seq },
	};
	ur_cleanup(ur_closep) int fd = -1;

	if (fixed_len > sizeof(rq.fixed))
		return -EMSGSIZE;
	memcpy(rq.fixed, fixed, fixed_len);
	fd = open_socket();
	if (fd < 0)
		return fd;
	if (send(fd, &rq, rq.nlh.nlmsg_len, 0) < 0)
		return -errno;
	return receive(fd, &d);
}
