/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* stress.h - shared by the programs of the stress test: what they log, and by which dice.
 *
 * A log is lines of words. Each holds a CLOCK_MONOTONIC time in ns, taken before the line is
 * written, and each line is one write(), so processes that share a file don't mix. What ends
 * by SIGKILL in the middle of an operation has logged its beginning.
 */
#include "tests/truth/truth.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>

static int log_fd = -1;
static uint64_t dice;

static inline long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

__attribute__((format(printf, 1, 2))) static inline void log_line(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(line) - 1)
		bad_usage("a line of the log is too long");
	line[n++] = '\n';
	if (write(log_fd, line, n) != n)
		die("writing the log");
}

/* This process's namespace, by number; its name is what the caller says. */
static inline unsigned long own_netns(void)
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st))
		die("/proc/self/ns/net");
	return st.st_ino;
}

static inline void log_open(const char *path)
{
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (log_fd < 0)
		die("%s", path);
}

/* xorshift64*: the same seed makes the same choices. */
static inline void dice_seed(uint64_t seed)
{
	dice = seed * 0x9e3779b97f4a7c15ULL + 1;
}

static inline unsigned int roll(unsigned int sides)
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (dice * 0x2545f4914f6cdd1dULL >> 33) % sides;
}

static inline bool chance(unsigned int percent)
{
	return roll(100) < percent;
}

/* Ports from FIRST to LAST. */
struct ports {
	int first, last;
};

static inline struct ports to_ports(const char *s)
{
	struct ports p;
	char end;

	if (sscanf(s, "%d-%d%c", &p.first, &p.last, &end) != 2 || p.first < 1 || p.last < p.first ||
	    p.last > 65535)
		bad_usage("'%s' is not FIRST-LAST", s);
	return p;
}

static inline int pick_port(struct ports p)
{
	return p.first + (int)roll(p.last - p.first + 1);
}
