/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* pcapng.h - the sink behind -w: a capture file of the refused packets, for Wireshark and -r.
 *
 * Each packet has a comment that says why, and the whole evidence as a custom option. Its
 * namespace is the interface that it was captured on. Behind it is the answer, where it was
 * sent and seen.
 */
#include "user/capture/rotate.h"
#include "user/sink.h"

struct ur_pcapng_opts {
	const char *path; /* "-": @out; else as ur_rotate_name() */
	FILE *out;        /* borrowed */
	bool snapped;     /* keep @snaplen bytes of each packet; else its headers */
	uint32_t snaplen;
	struct ur_rotate rotate;
};

/* Opens the first file. Returns 0 and gives *@ret to the caller, or -errno. After the last
 * file that -W allows, its events return -EPIPE. */
int ur_sink_pcapng_new(const struct ur_pcapng_opts *opts, struct ur_sink **ret);
