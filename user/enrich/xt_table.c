// SPDX-License-Identifier: GPL-2.0-only
/* xt_table.c - IPT_SO_GET_INFO, then IPT_SO_GET_ENTRIES. */
#include "user/enrich/xt_table.h"
#include <errno.h>
/* libc's in.h goes before the kernel's, which then leaves out what both define */
#include <netinet/in.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "user/base/cleanup.h"

#define BYTES_MAX (64u << 20)

_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo), "one struct for both");
_Static_assert(offsetof(struct ipt_get_entries, entrytable) ==
		       offsetof(struct ip6t_get_entries, entrytable),
	       "one struct for both");
_Static_assert(IPT_SO_GET_INFO == IP6T_SO_GET_INFO && IPT_SO_GET_ENTRIES == IP6T_SO_GET_ENTRIES,
	       "one number for both");

bool ur_xt_table_exists(const char *name, bool ipv6)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(ipv6 ? "/proc/thread-self/net/ip6_tables_names" :
						      "/proc/thread-self/net/ip_tables_names",
					       "re");
	char line[XT_TABLE_MAXNAMELEN + 2];

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, name))
			return true;
	}
	return false;
}

static int get_entries(int fd, int level, const struct ipt_getinfo *info, struct ur_xt_reading *b)
{
	socklen_t len = sizeof(*b->entries) + info->size;

	if (info->size > BYTES_MAX)
		return -E2BIG;
	b->entries = calloc(1, len);
	if (!b->entries)
		return -ENOMEM;
	memcpy(b->entries->name, info->name, sizeof(b->entries->name));
	b->entries->size = info->size;
	if (getsockopt(fd, level, IPT_SO_GET_ENTRIES, b->entries, &len))
		return -errno;
	b->table.entries = (const uint8_t *)b->entries->entrytable;
	b->table.size = info->size;
	return 0;
}

int ur_xt_table_read(const char *name, bool ipv6, struct ur_xt_reading *ret)
{
	const int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
	ur_cleanup(ur_closep) int fd =
		socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	struct ipt_getinfo info = {};
	socklen_t len = sizeof(info);
	int r;

	if (fd < 0)
		return -errno;
	snprintf(info.name, sizeof(info.name), "%s", name);
	if (getsockopt(fd, level, IPT_SO_GET_INFO, &info, &len))
		return -errno;
	r = get_entries(fd, level, &info, ret);
	if (r)
		return r;
	ret->num_entries = info.num_entries;
	ret->table.ipv6 = ipv6;
	ret->table.valid_hooks = info.valid_hooks;
	for (unsigned i = 0; i < UR_XT_HOOKS; i++)
		ret->table.hook_entry[i] = info.hook_entry[i];
	ret->digest = ur_xt_digest(&ret->table);
	return ret->digest ? 0 : -EBADMSG;
}

void ur_xt_table_clear(struct ur_xt_reading *reading)
{
	free(reading->entries);
	reading->entries = NULL;
}
