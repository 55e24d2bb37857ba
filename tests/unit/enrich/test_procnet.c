// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "user/enrich/procnet.h"

static const char listen4[] =
	"   0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0"
	"        0 1081 1 00000000a702556d 100 0 0 10 0                      \n";
static const char udp4[] =
	" 1234: 0205A8C0:0035 01020304:D431 01 00000000:00000000 00:00000000 00000000   101"
	"        0 18446744073709551615 2 0000000000000000 0         \n";
static const char udp6[] =
	"  77: B80D0120000000000000000001000000:1F90 00000000000000000000000000000000:0000 07 "
	"00000000:00000000 00:00000000 00000000  1000        0 42 2 0000000000000000 0\n";

static bool parse(const char *line, struct ur_procnet *row)
{
	return ur_procnet_parse(line, strlen(line), row);
}

static void test_ipv4(void **state)
{
	const uint8_t loopback[16] = { 127, 0, 0, 1 }, local[16] = { 192, 168, 5, 2 };
	struct ur_procnet row;

	(void)state;
	assert_true(parse(listen4, &row));
	assert_int_equal(row.family, AF_INET);
	assert_memory_equal(row.local, loopback, 16);
	assert_int_equal(row.port, 2024);
	assert_int_equal(row.peer_port, 0);
	assert_int_equal(row.state, UR_PROCNET_LISTEN);
	assert_int_equal(row.inode, 1081);
	assert_true(parse(udp4, &row));
	assert_memory_equal(row.local, local, 16);
	assert_int_equal(row.port, 53);
	assert_int_equal(row.peer_port, 0xd431);
	assert_int_equal(row.uid, 101);
	assert_true(row.inode == UINT64_MAX);
}

static void test_ipv6(void **state)
{
	const uint8_t local[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct ur_procnet row;

	(void)state;
	assert_true(parse(udp6, &row));
	assert_int_equal(row.family, AF_INET6);
	assert_memory_equal(row.local, local, 16);
	assert_int_equal(row.port, 8080);
	assert_int_equal(row.inode, 42);
}

#define REST " 00000000:0000 0A 00000000:00000000 00:00000000 00000000"

static void test_refuses_the_rest(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n",
		"0: 0100007F:07E8",
		"0: 0100007F:07E8" REST " 0 0",
		"0: 0100007G:07E8" REST " 0 0 1 1",
		"0: 00007F:07E8" REST " 0 0 1 1",
		"0: 0100007F:07E8" REST " 0 0 1x",
		"0: 0100007F:07E8" REST " 0 0 18446744073709551616",
		"0: 0100007F:07E8" REST " 4294967296 0 1",
	};
	struct ur_procnet row = { .port = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(parse(bad[i], &row));
	assert_int_equal(row.port, 7);
}

/* From Linux 6.12, and as %pK was printed before there was entropy. */
static void test_packet(void **state)
{
	static const char any[] =
		"00000000e1f5f1b4 3      3    0003   0     1 0      0      5831  \n";
	static const char one[] =
		"(____ptrval____) 3      10   86dd   12    0 213568 1000   18446744073709551615\n";
	struct ur_procnet_packet row;

	(void)state;
	assert_true(ur_procnet_parse_packet(any, strlen(any), &row));
	assert_int_equal(row.ethertype, 3);
	assert_int_equal(row.ifindex, 0);
	assert_true(row.running);
	assert_int_equal(row.uid, 0);
	assert_int_equal(row.inode, 5831);
	assert_true(ur_procnet_parse_packet(one, strlen(one), &row));
	assert_int_equal(row.ethertype, 0x86dd);
	assert_int_equal(row.ifindex, 12);
	assert_false(row.running);
	assert_int_equal(row.uid, 1000);
	assert_true(row.inode == UINT64_MAX);
}

static void test_refuses_other_packet_lines(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n",
		"00000000e1f5f1b4 3 3 003 0 1 0 0 5831\n",
		"00000000e1f5f1b4 3 3 00003 0 1 0 0 5831\n",
		"00000000e1f5f1b4 3 3 0003 0 2 0 0 5831\n",
		"00000000e1f5f1b4 3 3 0003 -1 1 0 0 5831\n",
		"00000000e1f5f1b4 3 3 0003 0 1 0 0\n",
		"00000000e1f5f1b4 3 3 0003 0 1 0 0 5831 7\n",
	};
	struct ur_procnet_packet row = { .inode = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(ur_procnet_parse_packet(bad[i], strlen(bad[i]), &row));
	assert_int_equal(row.inode, 7);
}

/* Every prefix, exactly as long as it says: the sanitizers watch the end. */
static void test_reads_no_further(void **state)
{
	struct ur_procnet_packet packet;
	struct ur_procnet row;

	(void)state;
	for (size_t len = 0; len < sizeof(udp6); len++) {
		char *copy = malloc(len ? len : 1);

		assert_non_null(copy);
		memcpy(copy, udp6, len);
		ur_procnet_parse(copy, len, &row);
		ur_procnet_parse_packet(copy, len, &packet);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_refuses_other_packet_lines),
		cmocka_unit_test(test_refuses_the_rest),
		cmocka_unit_test(test_reads_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
