/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* services.h - names of ports, from /etc/services.
 *
 * Read by us: a static executable has no name service switch, so no getservbyport().
 */
#include <stdbool.h>
#include <stdint.h>
#include "user/base/cleanup.h"

struct ur_services;

/* Read @path as services(5) describes it. Returns 0 and gives *@ret to the caller, or
 * -ENOMEM, or -errno of opening the file. */
int ur_services_load(const char *path, struct ur_services **ret);
void ur_services_free(struct ur_services *services);
UR_DEFINE_CLEANUP(struct ur_services, ur_services_free)

/* The name of @port (host order) for @proto (IPPROTO_TCP, IPPROTO_UDP, ...), borrowed;
 * NULL when it has none, or @services is NULL. */
const char *ur_services_name(const struct ur_services *services, uint8_t proto, uint16_t port);

/* The port (host order) that @name is for @proto; false when there is none. */
bool ur_services_port(const struct ur_services *services, uint8_t proto, const char *name,
		      uint16_t *ret);
