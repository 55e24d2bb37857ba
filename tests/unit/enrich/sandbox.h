/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* sandbox.h - firewall rules for tests, in a network namespace of their own. */
#include <linux/netfilter.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "user/base/cleanup.h"
#include "user/enrich/nfnl.h"
#include "user/enrich/nft_find.h"
#include "user/evidence.h"

/* Rules with everything that makes listings hard to read. */
#define SANDBOX_RULES                                                                    \
	"nft -f - <<'END'\n"                                                             \
	"table inet filter {\n"                                                          \
	" set banned { type ipv4_addr; elements = { 10.0.0.1 } }\n"                      \
	" chain zone { udp dport 5001 counter reject comment \"hello # handle 99\"; }\n" \
	" chain input {\n"                                                               \
	"  type filter hook input priority -5;\n"                                        \
	"  udp dport { 1, 2, 3, 5-9 } reject with icmpx admin-prohibited\n"              \
	"  ip saddr @banned reject\n"                                                    \
	"  iifname s0 jump zone\n"                                                       \
	"  tcp dport 8080 log prefix \"a \" reject with tcp reset\n"                     \
	"  ip daddr 1.2.3.4 jump { udp dport 77 reject; accept; }\n"                     \
	"  udp dport 5002 reject comment \"a\n\t\tudp dport 1 reject # handle 3\nb\"\n"  \
	" }\n"                                                                           \
	"}\n"                                                                            \
	"END\n"

/* Run a shell command; false when it fails, or the program isn't there. */
static inline bool shell(const char *command)
{
	if (!system(command))
		return true;
	fprintf(stderr, "failed: %.60s\n", command);
	return false;
}

/* Move this process to a fresh network namespace and set it up with @command. False: not
 * allowed to, or no such tool: skip the test. */
static inline bool sandbox(const char *command)
{
	if (unshare(CLONE_NEWNET)) {
		perror("skipped: a network namespace of its own");
		return false;
	}
	return shell(command);
}

static inline uint32_t inum_here(void)
{
	struct stat st = {};

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

static inline uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* The event of an nftables rule, as the kernel side makes it. */
/* Of the rule set as it is now. */
static inline uint32_t generation_here(void)
{
	ur_cleanup(ur_nfnl_close) struct ur_nfnl nl = UR_NFNL_CLOSED;
	uint32_t generation = 0;

	return ur_nfnl_open(&nl) || ur_nft_generation(&nl, &generation) ? 0 : generation;
}

static inline void rule_event(struct ur_event *ev, uint8_t family, const char *table,
			      uint64_t table_handle, const char *chain, uint64_t handle)
{
	memset(ev, 0, sizeof(*ev));
	ev->origin = family == NFPROTO_INET ? UR_ORIGIN_NFT : UR_ORIGIN_XT_NFT;
	ev->family = family == NFPROTO_IPV6 ? 6 : 4;
	ev->ts_ns = monotonic_ns();
	ev->netns_inum = inum_here();
	ev->rule.pf = family == NFPROTO_INET ? NFPROTO_IPV4 : family;
	ev->rule.hook = NF_INET_LOCAL_IN;
	ev->rule.table_family = family;
	ev->rule.table_handle = table_handle;
	ev->rule.handle = handle;
	ev->rule.generation = generation_here();
	ev->rule.flags = UR_RULE_TABLE | UR_RULE_CHAIN | UR_RULE_HANDLE;
	snprintf(ev->rule.table, sizeof(ev->rule.table), "%s", table);
	snprintf(ev->rule.chain, sizeof(ev->rule.chain), "%s", chain);
}

/* The handle at the end of the line with @words in `nft -a list ruleset`, 0: none. */
static inline uint64_t handle_of(const char *words)
{
	char command[256];
	unsigned long handle = 0;
	FILE *f;

	snprintf(command, sizeof(command),
		 "nft -a list ruleset 2>/dev/null | grep -F '%s' | sed 's/.*# handle //'", words);
	f = popen(command, "r");
	if (f && fscanf(f, "%lu", &handle) != 1)
		handle = 0;
	if (f)
		pclose(f);
	return handle;
}
