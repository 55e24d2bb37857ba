// SPDX-License-Identifier: GPL-2.0-only
/* crowd - hold many UDP sockets open, all on 127.0.0.0/8, until killed.
 *
 * Ports are FIRST, FIRST + STEP and so on up to 65535 on 127.0.0.1, then the same on
 * 127.0.0.2: a step of 65536 puts all on one port, one of as many as the kernel's table
 * has slots puts all in one slot.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <sys/resource.h>

static void open_one(uint32_t host, long port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(host) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("socket on port %ld", port);
}

int main(int argc, char **argv)
{
	long count, first, step, avoid, port;
	uint32_t host = INADDR_LOOPBACK;
	struct rlimit files;

	if (argc != 5)
		bad_usage("usage: crowd COUNT FIRST STEP AVOID");
	count = to_number("COUNT", argv[1], 0, 1000000);
	first = to_number("FIRST", argv[2], 1, 65535);
	step = to_number("STEP", argv[3], 1, 65536);
	avoid = to_number("AVOID", argv[4], 0, 65535);
	if (first == avoid && step > 65535 - first)
		bad_usage("no port is left but the one to avoid");
	files.rlim_cur = files.rlim_max = count + 64;
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	port = first;
	for (long n = 0; n < count; port += step) {
		if (port > 65535) {
			port = first;
			host++;
		}
		if (port == avoid)
			continue;
		open_one(host, port);
		n++;
	}
	put_ready(NULL);
	pause();
}
