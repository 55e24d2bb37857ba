/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* away.h - a process in another network namespace, as tests of look-ups need one. */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct away {
	pid_t pid;
	uint32_t inum;
	uint64_t inode; /* of a UDP socket there, on 127.0.0.1 and @port */
};

/* Give the namespace's loopback @address, and take it up. */
static inline bool away_address(const char *address)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool ok;

	sin->sin_family = AF_INET;
	inet_pton(AF_INET, address, &sin->sin_addr);
	ok = fd >= 0 && !ioctl(fd, SIOCSIFADDR, &ifr) && !ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	ok = ok && !ioctl(fd, SIOCSIFFLAGS, &ifr);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* In the child: enter a namespace, bind, tell the inode, wait to be killed. */
static inline void away_child(int pipe_fd, uint16_t port, const char *address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct stat st = {};
	int fd;

	if (unshare(CLONE_NEWNET) || (address && !away_address(address)))
		_exit(1);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || fstat(fd, &st))
		_exit(1);
	if (write(pipe_fd, &st.st_ino, sizeof(st.st_ino)) < 0)
		_exit(1);
	for (;;)
		pause();
}

/* @address: of its loopback, NULL: none that counts. False: not allowed to, skip the test. */
static inline bool away_start_at(struct away *away, uint16_t port, const char *address)
{
	char path[64];
	struct stat st = {};
	int p[2];

	if (pipe(p))
		return false;
	away->pid = fork();
	if (!away->pid)
		away_child(p[1], port, address);
	close(p[1]);
	if (read(p[0], &away->inode, sizeof(away->inode)) != sizeof(away->inode)) {
		fprintf(stderr, "skipped: a network namespace of its own\n");
		waitpid(away->pid, NULL, 0);
		close(p[0]);
		return false;
	}
	close(p[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", away->pid);
	if (!stat(path, &st))
		away->inum = st.st_ino;
	return true;
}

static inline bool away_start(struct away *away, uint16_t port)
{
	return away_start_at(away, port, NULL);
}

static inline void away_end(struct away *away)
{
	kill(away->pid, SIGKILL);
	waitpid(away->pid, NULL, 0);
}
