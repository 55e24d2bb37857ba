/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.c - lines of /proc and /etc: sockets, cgroups, symbols, services, hosts.
 *
 * An input is what it is, and its bytes.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include "tests/fuzz/fuzz.h"
#include "user/enrich/cgroup.h"
#include "user/enrich/procnet.h"
#include "user/base/services.h"
#include "user/base/static.h"
#include "user/host/symbols.h"

static char path[64]; /* of a file that holds the input */

static void fill_file(const uint8_t *data, size_t len)
{
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("input", MFD_CLOEXEC);
		must(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(!ftruncate(fd, 0));
	must(pwrite(fd, data, len, 0) == (ssize_t)len);
}

static void read_sockets(const uint8_t *data, size_t len)
{
	struct ur_procnet row = {};
	struct ur_procnet_packet packet = {};

	if (ur_procnet_parse((const char *)data, len, &row))
		must(row.family == AF_INET || row.family == AF_INET6);
	ur_procnet_parse_packet((const char *)data, len, &packet);
}

static bool ends_within(const char *text, size_t room)
{
	return strnlen(text, room) < room;
}

static void must_be_place(const struct ur_place *p)
{
	must(p->looked == UR_FOUND || p->looked == UR_FOUND_NONE || p->looked == UR_COULD_NOT);
	must(p->looked == UR_FOUND || (!p->unit[0] && !p->container[0] && !p->pod_uid[0]));
	must(ends_within(p->unit, sizeof(p->unit)) && ends_within(p->runtime, sizeof(p->runtime)));
	must(ends_within(p->container, sizeof(p->container)));
	must(ends_within(p->pod_uid, sizeof(p->pod_uid)));
}

static void read_cgroup(const uint8_t *data, size_t len)
{
	struct ur_place place;

	ur_cgroup_parse((const char *)data, len, &place);
	must_be_place(&place);
}

static void read_leaf(const uint8_t *data, size_t len)
{
	struct ur_place place;

	ur_cgroup_parse_leaf((const char *)data, len, &place);
	must_be_place(&place);
}

static void read_symbols(const uint8_t *data, size_t len)
{
	ur_cleanup(ur_symbols_freep) struct ur_symbols *s = NULL;
	uint64_t start = 0, end = 0, addr = 0;
	char text[32];

	fill_file(data, len);
	if (ur_symbols_open(path, &s))
		return;
	ur_symbols_range(s, NULL, "__icmp_send", &start, &end);
	ur_symbols_range(s, "nft_reject", "nft_reject_eval", &start, &end);
	ur_symbols_range_cold(s, NULL, "__icmp_send", &start, &end);
	ur_symbols_data(s, "udp_table");
	memcpy(&addr, data, len < sizeof(addr) ? len : sizeof(addr));
	must(ur_symbols_format(s, addr, text, sizeof(text)) == strlen(text));
	must(ur_symbols_format(s, start + 1, text, sizeof(text)) == strlen(text));
	ur_symbols_hidden(s);
	must(!ur_symbols_refresh(s));
}

static void read_services(const uint8_t *data, size_t len)
{
	ur_cleanup(ur_services_freep) struct ur_services *s = NULL;
	uint16_t port;

	fill_file(data, len);
	if (ur_services_load(path, &s))
		return;
	if (ur_services_port(s, IPPROTO_UDP, "domain", &port))
		must(ur_services_name(s, IPPROTO_UDP, port));
	for (unsigned int i = 0; i < 100; i++) {
		const char *name = ur_services_name(s, IPPROTO_TCP, (uint16_t)i);

		must(!name || strlen(name) < len);
	}
}

static void read_hosts(const uint8_t *data, size_t len)
{
	const struct ur_static_files before = ur_static_files;
	struct addrinfo *list = NULL;

	fill_file(data, len);
	ur_static_files.hosts = ur_static_files.services = path;
	if (!__wrap_getaddrinfo("host", "domain", NULL, &list))
		__wrap_freeaddrinfo(list);
	list = NULL;
	if (!__wrap_getaddrinfo("host", NULL, NULL, &list))
		must(list && list->ai_addr);
	__wrap_freeaddrinfo(list);
	ur_static_files = before;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *, size_t) = {
		read_sockets, read_cgroup, read_leaf, read_symbols, read_services, read_hosts,
	};
	struct fuzz f = { data, size };
	const uint8_t which = fuzz_u8(&f) % (sizeof(readers) / sizeof(readers[0]));
	uint8_t *bytes = fuzz_copy(f.at, f.left);

	readers[which](bytes, f.left);
	free(bytes);
	return 0;
}
