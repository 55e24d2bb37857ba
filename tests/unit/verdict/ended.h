/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* ended.h - datagrams to ports whose sockets have ended. */
#include "tests/unit/verdict/decided.h"

#define HOUR_MS (3600 * 1000)

/* A client's request to a server's port. */
static inline void request(void)
{
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 8125);
}

/* The server closed its socket @ms ago. */
static inline struct ur_closed *server(uint64_t ms)
{
	return sample_closed(&ev, "0.0.0.0", "statsd", ms);
}
