/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* nfnl.h - asking nf_tables through netlink, reading only.
 *
 * Sockets are short-lived: one that is kept open keeps its namespace alive. Only NFT_MSG_GET*
 * requests are made, which load no module, and only while nf_tables is there.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One attribute of a message; @data belongs to the message. */
struct ur_nla {
	uint16_t type; /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
	uint16_t len;
	const uint8_t *data;
};

/* Walk the attributes in @len bytes at *@at:
 *	for (...; ur_nla_next(&at, &len, &nla);)
 * Ends at the first one that doesn't fit. Pure. */
bool ur_nla_next(const uint8_t **at, size_t *len, struct ur_nla *nla);

/* Values as nf_tables writes them, big-endian. 0 when the length is wrong. Pure. */
uint32_t ur_nla_be32(const struct ur_nla *nla);
uint64_t ur_nla_be64(const struct ur_nla *nla);

/* Copy a string, terminated or not, cut to @len - 1 bytes. Pure. */
void ur_nla_string(const struct ur_nla *nla, char *buf, size_t len);

/* What to send along: a string, or a number when @string is NULL. */
struct ur_nfnl_arg {
	uint16_t type;
	const char *string;
	uint64_t be64;
};

/* A netlink socket. Start with UR_NFNL_CLOSED, end with ur_nfnl_close(). */
struct ur_nfnl {
	int fd;
	uint32_t seq; /* of the last request */
};

#define UR_NFNL_CLOSED   \
	{                \
		.fd = -1 \
	}

/* Open it in the namespace of the calling thread. Returns 0 or -errno; -ENOSYS when
 * nf_tables is a module that isn't loaded (any more). */
int ur_nfnl_open(struct ur_nfnl *nl);
void ur_nfnl_close(struct ur_nfnl *nl);

/* Takes the attributes of one answer. @family is NFPROTO_*. Returns 0 to go on, positive
 * when it has enough and wants no more, or -errno to give up; after that the socket can
 * only be closed. */
typedef int (*ur_nfnl_fn)(uint8_t family, const uint8_t *attrs, size_t len, void *arg);

/* Send request @msg (NFT_MSG_GET*) and hand the answers to @fn: one, or all there are
 * with @dump. Takes 5 seconds at most.
 * Returns 0; -ENOENT and such from the kernel; -EINTR when the rule set changed during a
 * dump; -ETIMEDOUT; what @fn gave up with. */
int ur_nfnl_get(struct ur_nfnl *nl, uint8_t msg, uint8_t family, bool dump,
		const struct ur_nfnl_arg *args, size_t nargs, ur_nfnl_fn fn, void *arg);
