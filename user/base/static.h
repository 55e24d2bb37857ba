/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* static.h - what libpcap and libmicrohttpd call, and a static executable must do without.
 *
 * Such an executable has no name service switch, and libpcap's archive wants libraries that
 * have none for kinds of capture that we never ask for. The release build's linker puts
 * __wrap_x() in the place of x() (see STATIC in the Makefile); other builds leave these alone.
 */
#include <netdb.h>
#include <stddef.h>

/* As getaddrinfo(3): numbers, names of /etc/hosts, services of /etc/services. */
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret);
void __wrap_freeaddrinfo(struct addrinfo *list);

/* The protocols that we know the name of. */
int __wrap_getprotobyname_r(const char *name, struct protoent *entry, char *buf, size_t size,
			    struct protoent **ret);

/* Nothing is found: there is no /etc/networks on hosts of today, no /etc/ethers, and no
 * packet here has a link layer. */
int __wrap_getnetbyname_r(const char *name, struct netent *entry, char *buf, size_t size,
			  struct netent **ret, int *h_err);
struct hostent *__wrap_gethostbyname(const char *name);
int __wrap_ether_hostton(const char *name, void *addr);

/* What libmicrohttpd calls of GnuTLS: only to prepare it, at the start, for we serve no HTTPS.
 * Returns 0: done. */
int ur_static_no_tls(void);

/* Where the tables are read from: "/etc/hosts", "/etc/services"; tests set others. */
struct ur_static_files {
	const char *hosts;
	const char *services;
};
extern struct ur_static_files ur_static_files;
