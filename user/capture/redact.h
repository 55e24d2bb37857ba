/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* redact.h - evidence for strangers: addresses and names are replaced, texts are left out, so that
 * it can still be read and explained, but does not say whose it is.
 *
 * The same address or name becomes the same one for as long as a key lives, and addresses that
 * share a prefix share one afterwards. Kept are ports, numbers of processes, handles, times, what
 * the kernel calls things, and addresses and names that are everybody's.
 */
#include <stddef.h>
#include <stdint.h>
#include "user/evidence.h"
#include "user/verdict/received.h"

struct ur_redact_key {
	uint64_t k[2];
};

/* A random one, or -errno. */
int ur_redact_key_make(struct ur_redact_key *ret);

/* Address of IP version @version (4 or 6), in place. */
void ur_redact_address(const struct ur_redact_key *key, uint8_t version, uint8_t addr[16]);

/* The packet at @snap, from its IP header on: its addresses; options are emptied, checksums zero.
 * Returns how many of its @len bytes are left: its headers. */
size_t ur_redact_packet(const struct ur_redact_key *key, uint8_t *snap, size_t len);

/* All of an event, or of an error that came. */
void ur_redact_evidence(const struct ur_redact_key *key, struct ur_evidence *ev);
void ur_redact_receipt(const struct ur_redact_key *key, struct ur_receipt *r);
