// SPDX-License-Identifier: GPL-2.0-only
/* stamp - copy lines from standard input to standard output, each with the time it came.
 *
 * The first line and the last one say how CLOCK_MONOTONIC and CLOCK_REALTIME compare.
 */
#define _GNU_SOURCE
#include "stress.h"

#define TRIES 200

static void put_all(const char *s, size_t n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, s, n);

		if (done < 0)
			die("writing");
		s += done;
		n -= done;
	}
}

/* Both clocks at one moment: the best of some tries, which may be interrupted. */
static void put_clocks(void)
{
	long long best = -1, at = 0, real = 0;
	char line[96];

	for (int i = 0; i < TRIES; i++) {
		struct timespec ts;
		long long before = now_ns(), after;

		clock_gettime(CLOCK_REALTIME, &ts);
		after = now_ns();
		if (best >= 0 && after - before >= best)
			continue;
		best = after - before;
		at = before + best / 2;
		real = ts.tv_sec * 1000000000LL + ts.tv_nsec;
	}
	put_all(line, snprintf(line, sizeof(line), "clocks %lld %lld %lld\n", at, real, best));
}

int main(void)
{
	static char in[1 << 16], out[1 << 18];
	bool fresh = true;
	ssize_t n;

	put_clocks();
	while ((n = read(STDIN_FILENO, in, sizeof(in))) > 0) {
		size_t len = 0;
		char at[32];
		int w = snprintf(at, sizeof(at), "%lld ", now_ns());

		for (ssize_t i = 0; i < n; i++) {
			if (fresh) {
				memcpy(out + len, at, w);
				len += w;
			}
			out[len++] = in[i];
			fresh = in[i] == '\n';
			if (len + sizeof(at) + 1 > sizeof(out)) {
				put_all(out, len);
				len = 0;
			}
		}
		put_all(out, len);
	}
	put_clocks();
	return 0;
}
