/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* udp.h - datagram sockets of UDP and UDP-Lite, for the programs that serve, send and hold
 * them. Each call that fails ends the program, as in truth.h.
 */
#include "truth.h"

static inline int udp_socket(int family, int proto)
{
	int fd = socket(family, SOCK_DGRAM, proto);

	if (fd < 0)
		die("socket, protocol %d", proto);
	return fd;
}

static inline void udp_bind(int fd, const struct addr *local)
{
	if (bind(fd, (const struct sockaddr *)&local->ss, local->len))
		die("bind to %s port %d", addr_host(local), addr_port(local));
}

static inline void udp_connect(int fd, const struct addr *peer)
{
	if (connect(fd, (const struct sockaddr *)&peer->ss, peer->len))
		die("connect to %s port %d", addr_host(peer), addr_port(peer));
}

/* Where it is bound, after the kernel chose what was left to it. */
static inline struct addr udp_local(int fd)
{
	struct addr local = { .len = sizeof(local.ss) };

	if (getsockname(fd, (struct sockaddr *)&local.ss, &local.len))
		die("getsockname");
	return local;
}

static inline void set_port(struct addr *a, int port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}

/* Send to @to; returns as sendto() does. */
static inline ssize_t udp_send_to(int fd, const void *data, size_t len, const struct addr *to)
{
	return sendto(fd, data, len, 0, (const struct sockaddr *)&to->ss, to->len);
}

/* What is there, without waiting when @flags say so, and from whom; returns as recvfrom(). */
static inline ssize_t udp_receive(int fd, void *data, size_t len, int flags, struct addr *from)
{
	*from = (struct addr){ .len = sizeof(from->ss) };
	return recvfrom(fd, data, len, flags, (struct sockaddr *)&from->ss, &from->len);
}

/* Give @fd to who is at the other end of @channel, a UNIX socket. */
static inline void pass_socket(int channel, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(channel, &m, 0) != 1)
		die("SCM_RIGHTS");
}

/* Take what pass_socket() gives, and keep it until the end. */
static inline void receive_socket(int channel)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };

	if (recvmsg(channel, &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		die("receiving the socket");
}
