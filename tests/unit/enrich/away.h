/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* away.h - a process in another network namespace, as tests of look-ups need one. */
#include <arpa/inet.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct away {
	pid_t pid;
	uint32_t inum;
	uint64_t inode; /* of a UDP socket there, on 127.0.0.1 and @port */
};

/* In the child: enter a namespace, bind, tell the inode, wait to be killed. */
static inline void away_child(int pipe_fd, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct stat st = {};
	int fd;

	if (unshare(CLONE_NEWNET))
		_exit(1);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || fstat(fd, &st))
		_exit(1);
	if (write(pipe_fd, &st.st_ino, sizeof(st.st_ino)) < 0)
		_exit(1);
	for (;;)
		pause();
}

/* False: not allowed to, skip the test. */
static inline bool away_start(struct away *away, uint16_t port)
{
	char path[64];
	struct stat st = {};
	int p[2];

	if (pipe(p))
		return false;
	away->pid = fork();
	if (!away->pid)
		away_child(p[1], port);
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

static inline void away_end(struct away *away)
{
	kill(away->pid, SIGKILL);
	waitpid(away->pid, NULL, 0);
}
