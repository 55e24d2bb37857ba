/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* digest.h - what many events have in common: the causes, ports, peers, rules and namespaces
 * that there were most of, each with an example.
 *
 * Bounded: UR_DIGEST_MAX of a kind. When one more comes, the least of them goes, and what it
 * counted to "other"; then counts are the least that there were. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/services.h"
#include "user/verdict/received.h"

#define UR_DIGEST_MAX     64
#define UR_DIGEST_KEY     160
#define UR_DIGEST_EXAMPLE 320
#define UR_DIGEST_FLOW    160

enum ur_digest_kind {
	UR_DIGEST_CAUSES,
	UR_DIGEST_PORTS,
	UR_DIGEST_PEERS,
	UR_DIGEST_RULES,
	UR_DIGEST_NETNS,
	UR_DIGEST_RECEIVED, /* errors that came: from whom, about what, and who was told */
	UR_DIGEST_KINDS,
};

struct ur_digest_entry {
	char key[UR_DIGEST_KEY];
	uint64_t count;
	struct timespec first;
	struct timespec last;
	/* of the example, the first that there was */
	uint64_t seq;
	char flow[UR_DIGEST_FLOW];       /* "10.0.0.7:53211 > 10.0.0.5:8125 udp" */
	char example[UR_DIGEST_EXAMPLE]; /* why that was */
	char next[UR_DIGEST_EXAMPLE];    /* what to do, "" for nothing */
	enum ur_cause cause;             /* not of UR_DIGEST_RECEIVED */
	enum ur_confidence confidence;
};

struct ur_digest_table {
	size_t n;
	uint64_t other; /* counted by entries that had to go, or found no place */
	struct ur_digest_entry entry[UR_DIGEST_MAX];
};

struct ur_digest {
	const struct ur_services *services; /* for names of ports, borrowed; NULL: none */
	struct ur_digest_table table[UR_DIGEST_KINDS];
};

void ur_digest_add(struct ur_digest *digest, const struct ur_evidence *ev,
		   const struct ur_report *report);
void ur_digest_add_received(struct ur_digest *digest, const struct ur_receipt *receipt,
			    const struct ur_report *report);

/* Order every table, most first; what is equal by its age. */
void ur_digest_sort(struct ur_digest *digest);

/* "causes", "ports", ...: the name in JSON and, as it is, for people. */
const char *ur_digest_name(enum ur_digest_kind kind);
