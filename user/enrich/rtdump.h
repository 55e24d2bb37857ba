/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rtdump.h - all that rtnetlink has of one kind; reading only. Loads no module and changes
 * nothing. A socket lives for one request, since it keeps its namespace alive. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes one answer: its payload, which begins with the header of its type. Returns 0 to go on,
 * or -errno to give up. */
typedef int (*ur_rtdump_fn)(const uint8_t *payload, size_t len, void *arg);

/* Ask for a dump, @type (RTM_GET*) with header @fixed, in the namespace of the calling thread, and
 * hand each answer to @fn. The kernel filters by what is set in the header. Takes 2 seconds at
 * most.
 * Returns 0; what the kernel answered; -EINTR when what was dumped changed meanwhile;
 * -ETIMEDOUT; what @fn gave up with. */
int ur_rtdump(uint16_t type, const void *fixed, size_t fixed_len, ur_rtdump_fn fn, void *arg);

/* A dump under way. */
struct ur_rtdump {
	uint32_t seq;
	uint16_t type;    /* of the answers */
	bool interrupted; /* out */
	ur_rtdump_fn fn;
	void *arg;
};

/* Take the @len bytes of one datagram at @buf. Returns 1 when the dump is complete, 0 when more
 * must come, or -errno. Pure. */
int ur_rtdump_take(struct ur_rtdump *d, const uint8_t *buf, size_t len);
