/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/static.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "user/base/cleanup.h"
#include "user/base/names.h"
#include "user/base/services.h"

#define HOST_LINE 1024
#define HOSTS_MAX 64 /* addresses of one name */

struct ur_static_files ur_static_files = { "/etc/hosts", "/etc/services" };

/* What an answer is made of; ends up in a list of struct addrinfo. */
struct query {
	int family; /* asked for, or AF_UNSPEC */
	int protocol;
	int socktype;
	uint16_t port;
	size_t found;
	struct addrinfo *first, **last;
};

struct answer {
	struct addrinfo info; /* first: freed through it */
	struct sockaddr_storage addr;
};

static int add(struct query *q, int family, const void *addr)
{
	struct answer *a;

	if ((q->family != AF_UNSPEC && q->family != family) || q->found == HOSTS_MAX)
		return 0;
	a = calloc(1, sizeof(*a));
	if (!a)
		return EAI_MEMORY;
	if (family == AF_INET) {
		struct sockaddr_in *sin = (void *)&a->addr;

		sin->sin_port = htons(q->port);
		memcpy(&sin->sin_addr, addr, sizeof(sin->sin_addr));
		a->info.ai_addrlen = sizeof(*sin);
	} else {
		struct sockaddr_in6 *sin = (void *)&a->addr;

		sin->sin6_port = htons(q->port);
		memcpy(&sin->sin6_addr, addr, sizeof(sin->sin6_addr));
		a->info.ai_addrlen = sizeof(*sin);
	}
	a->addr.ss_family = (sa_family_t)family;
	a->info.ai_addr = (struct sockaddr *)&a->addr;
	a->info.ai_family = family;
	a->info.ai_protocol = q->protocol;
	a->info.ai_socktype = q->socktype;
	*q->last = &a->info;
	q->last = &a->info.ai_next;
	q->found++;
	return 0;
}

/* Add the address that @text is; nothing when it is none. */
static int add_number(struct query *q, const char *text)
{
	uint8_t addr[16];

	if (inet_pton(AF_INET, text, addr) == 1)
		return add(q, AF_INET, addr);
	if (inet_pton(AF_INET6, text, addr) == 1)
		return add(q, AF_INET6, addr);
	return 0;
}

/* "192.0.2.1 name alias # comment" */
static int add_line(struct query *q, char *line, const char *name)
{
	char *rest, *addr, *word;

	line[strcspn(line, "#\n")] = '\0';
	addr = strtok_r(line, " \t", &rest);
	while (addr && (word = strtok_r(NULL, " \t", &rest)))
		if (!strcasecmp(word, name))
			return add_number(q, addr);
	return 0;
}

static int add_host(struct query *q, const char *name)
{
	ur_cleanup(ur_fclosep) FILE *f = fopen(ur_static_files.hosts, "re");
	char line[HOST_LINE];
	int r = 0;

	while (f && !r && fgets(line, sizeof(line), f))
		r = add_line(q, line, name);
	return r;
}

static int port_of(const char *service, uint8_t protocol, uint16_t *ret)
{
	ur_cleanup(ur_services_freep) struct ur_services *services = NULL;
	const size_t digits = strspn(service, "0123456789");
	unsigned long port = strtoul(service, NULL, 10);

	if (digits && !service[digits]) {
		*ret = (uint16_t)port;
		return digits > 5 || port > UINT16_MAX ? EAI_SERVICE : 0;
	}
	if (ur_services_load(ur_static_files.services, &services))
		return EAI_SERVICE;
	return ur_services_port(services, protocol, service, ret) ? 0 : EAI_SERVICE;
}

static int look_up(struct query *q, const char *node, int flags)
{
	const struct in_addr loopback = { htonl(INADDR_LOOPBACK) };
	int r;

	if (!node)
		return add(q, AF_INET, &loopback) ?:
			       add(q, AF_INET6, &(const struct in6_addr)IN6ADDR_LOOPBACK_INIT);
	r = add_number(q, node);
	return r || q->found || flags & AI_NUMERICHOST ? r : add_host(q, node);
}

int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret)
{
	struct query q = {
		.family = hints ? hints->ai_family : AF_UNSPEC,
		.protocol = hints && hints->ai_protocol ? hints->ai_protocol : IPPROTO_TCP,
		.socktype = hints ? hints->ai_socktype : 0,
	};
	int r = service ? port_of(service, (uint8_t)q.protocol, &q.port) : 0;

	q.last = &q.first;
	r = r ?: look_up(&q, node, hints ? hints->ai_flags : 0);
	if (!r && !q.found)
		r = EAI_NONAME;
	if (r)
		__wrap_freeaddrinfo(q.first);
	else
		*ret = q.first;
	return r;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

int __wrap_getprotobyname_r(const char *name, struct protoent *entry, char *buf, size_t size,
			    struct protoent **ret)
{
	static char *no_aliases[] = { NULL };
	char number[UR_NUMBER_TEXT];

	*ret = NULL;
	for (int proto = 0; proto <= UINT8_MAX; proto++) {
		const char *known = ur_proto_name((uint8_t)proto, number);

		if (known == number || strcmp(known, name) != 0)
			continue;
		if (strlen(known) >= size)
			return ERANGE;
		*entry = (struct protoent){ strcpy(buf, known), no_aliases, proto };
		*ret = entry;
		return 0;
	}
	return 0;
}

int __wrap_getnetbyname_r(const char *name, struct netent *entry, char *buf, size_t size,
			  struct netent **ret, int *h_err)
{
	(void)name;
	(void)entry;
	(void)buf;
	(void)size;
	*ret = NULL;
	*h_err = HOST_NOT_FOUND;
	return 0;
}

struct hostent *__wrap_gethostbyname(const char *name)
{
	(void)name;
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

int __wrap_ether_hostton(const char *name, void *addr)
{
	(void)name;
	(void)addr;
	return -1;
}

/* Kinds of capture whose own libraries have no archive, as libpcap's table names them: there
 * is nothing of their kind here. With these, its modules for them are not linked. */
#define NO_CAPTURE(kind)                                               \
	int kind##_findalldevs(void *list, char *err);                 \
	int kind##_findalldevs(void *list, char *err)                  \
	{                                                              \
		(void)list;                                            \
		(void)err;                                             \
		return 0;                                              \
	}                                                              \
	void *kind##_create(const char *device, char *err, int *mine); \
	void *kind##_create(const char *device, char *err, int *mine)  \
	{                                                              \
		(void)device;                                          \
		(void)err;                                             \
		*mine = 0;                                             \
		return NULL;                                           \
	}
NO_CAPTURE(dbus)
NO_CAPTURE(rdmasniff)

/* ---- libmicrohttpd ---- */

int ur_static_no_tls(void)
{
	return 0;
}
