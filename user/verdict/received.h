/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* received.h - Destination Unreachables that came to this host: what is known of one, and what
 * that comes to. Pure.
 *
 * The cause of such an error is on the host that made it; here it is only told whom it was
 * for, and what the wire gives away of its maker. One that this very kernel made, and that came
 * back to it, is said to be so. */
#include "user/verdict.h"

/* What became of it. */
enum ur_delivery {
	UR_DELIVERY_UNKNOWN,
	UR_DELIVERY_TOLD,      /* to the owner of a socket */
	UR_DELIVERY_NOT_TOLD,  /* there is one, but it gets no such errors, or not at once */
	UR_DELIVERY_NO_SOCKET, /* nobody has what the error is about */
};

struct ur_receipt {
	struct ur_received rec;
	uint64_t seq;
	struct timespec time;
	uint32_t missing;        /* UR_MISSING_* */
	struct ur_packet packet; /* that the error quotes; addresses as this host knows them */
	struct ur_netns netns;
	struct ur_netns made; /* with UR_RC_MADE: where */
	struct ur_owners told[UR_TOLD_MAX];
	struct ur_owners fit;
	enum ur_looked from_here; /* UR_FOUND: its source is an address of the namespace's own */
	struct ur_netns home;     /* inum not 0: it is one of this other namespace's of the host */
	struct ur_tc program[UR_TC_MAX]; /* BPF programs at devices there: the first of nprograms */
	uint32_t nprograms;
};

/* Start *@r from @len bytes of a ring record. Returns 0, or -EPROTO for a record of another
 * kind, and then leaves *@r alone. */
int ur_receipt_from_record(struct ur_receipt *r, const void *record, size_t len);

/* What a select can look at, as an event about the quoted packet. */
void ur_receipt_event(const struct ur_receipt *r, struct ur_evidence *ev);

enum ur_delivery ur_delivery_of(const struct ur_receipt *r);

/* Would it have been seen, had this kernel generated it? */
bool ur_receipt_maker_seen(const struct ur_receipt *r);

/* "told", "not-told", "no-socket", "unknown" */
const char *ur_delivery_name(enum ur_delivery delivery);

/* Fill why, advice and findings of *@report; the rest of it does not apply. */
void ur_receipt_explain(const struct ur_receipt *r, struct ur_report *report);
