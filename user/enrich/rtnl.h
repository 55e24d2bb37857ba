/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* rtnl.h - one question to rtnetlink, in the network namespace of the calling thread; reading
 * only. The socket is short-lived: one that is kept open keeps its namespace alive. */
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#define UR_RTNL_ROOM 8192 /* of an answer; attributes behind it are cut off */

struct ur_rtnl_arg {
	uint16_t type; /* RTA_*, IFLA_*, ...; 0 leaves it out */
	uint16_t len;
	const void *data;
};

union ur_rtnl_answer {
	struct nlmsghdr nlh;
	uint8_t room[UR_RTNL_ROOM];
};

/* Send request @type (RTM_GET*) with @fixed (struct rtmsg, struct ifinfomsg) and @args, and
 * take the one answer, whose header and fixed part are complete on return. Returns 0; what the
 * kernel said, -ENETUNREACH and the like; -EPROTO for an answer of another kind; -errno. */
int ur_rtnl_get(uint16_t type, const void *fixed, size_t fixed_len, const struct ur_rtnl_arg *args,
		size_t nargs, union ur_rtnl_answer *answer);

/* The attribute @type of those in @len bytes at @attrs, NULL when it is not there. Pure. */
const struct rtattr *ur_rtnl_find(const void *attrs, size_t len, uint16_t type);

/* The same of a whole answer with a fixed part of @fixed_len bytes. Pure. */
const struct rtattr *ur_rtnl_attr(const union ur_rtnl_answer *answer, size_t fixed_len,
				  uint16_t type);

/* A number of 32 bits, 0 for NULL or another length. Pure. */
uint32_t ur_rtnl_u32(const struct rtattr *attr);
