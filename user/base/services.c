/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/services.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NAME_MAX_HERE 24
#define ENTRIES_MAX   16384 /* the whole IANA registry has about 12000 */

struct entry {
	uint16_t port;
	uint8_t proto;
	char name[NAME_MAX_HERE];
};

struct ur_services {
	size_t n;
	size_t room;
	struct entry *entries;
};

static const struct {
	const char *name;
	uint8_t proto;
} protos[] = {
	{ "udp", IPPROTO_UDP },
	{ "tcp", IPPROTO_TCP },
	{ "sctp", IPPROTO_SCTP },
	{ "dccp", IPPROTO_DCCP },
};

static uint8_t proto_of(const char *name)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (strcmp(protos[i].name, name) == 0)
			return protos[i].proto;
	return 0;
}

static int add(struct ur_services *s, const struct entry *e)
{
	struct entry *grown;

	if (s->n == s->room) {
		grown = realloc(s->entries, (s->room * 2 + 64) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		s->entries = grown;
		s->room = s->room * 2 + 64;
	}
	s->entries[s->n++] = *e;
	return 0;
}

/* "domain 53/udp alias # comment"; another line is none of ours. */
static bool parse_line(char *line, struct entry *ret)
{
	char name[NAME_MAX_HERE], proto[8];
	unsigned int port;

	line[strcspn(line, "#\n")] = '\0';
	if (sscanf(line, "%23s %u/%7s", name, &port, proto) != 3 || port > UINT16_MAX)
		return false;
	*ret = (struct entry){ .port = (uint16_t)port, .proto = proto_of(proto) };
	memcpy(ret->name, name, sizeof(name));
	return ret->proto;
}

int ur_services_load(const char *path, struct ur_services **ret)
{
	ur_cleanup(ur_services_freep) struct ur_services *s = calloc(1, sizeof(*s));
	ur_cleanup(ur_fclosep) FILE *f = fopen(path, "re");
	char line[256] = "";
	struct entry e;

	if (!s || !f)
		return s ? -errno : -ENOMEM;
	while (s->n < ENTRIES_MAX && fgets(line, sizeof(line), f))
		if (parse_line(line, &e) && add(s, &e))
			return -ENOMEM;
	*ret = ur_take(s);
	return 0;
}

void ur_services_free(struct ur_services *services)
{
	if (services)
		free(services->entries);
	free(services);
}

const char *ur_services_name(const struct ur_services *services, uint8_t proto, uint16_t port)
{
	for (size_t i = 0; services && i < services->n; i++)
		if (services->entries[i].port == port && services->entries[i].proto == proto)
			return services->entries[i].name;
	return NULL;
}

bool ur_services_port(const struct ur_services *services, uint8_t proto, const char *name,
		      uint16_t *ret)
{
	for (size_t i = 0; services && i < services->n; i++) {
		const struct entry *e = &services->entries[i];

		if (e->proto == proto && strcmp(e->name, name) == 0) {
			*ret = e->port;
			return true;
		}
	}
	return false;
}
