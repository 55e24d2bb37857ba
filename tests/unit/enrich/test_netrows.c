// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/enrich/netrows.h"

#define HEADING "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n"
#define ROW                                                                                         \
	" 7: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 " \
	"42 2 0000000000000000 0\n"

static char path[] = "/tmp/unreach-netrows-XXXXXX";

/* A file of @rows rows below a heading. */
static void write_rows(unsigned rows, const char *row)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(HEADING, f);
	while (rows--)
		fputs(row, f);
	fclose(f);
}

static bool count(const struct ur_procnet *row, void *arg)
{
	unsigned *n = arg;

	assert_int_equal(row->inode, 42);
	return ++*n != 3;
}

static bool count_packets(const struct ur_procnet_packet *row, void *arg)
{
	++*(unsigned *)arg;
	return row->inode != 42;
}

static void test_rows(void **state)
{
	unsigned n = 0;

	(void)state;
	write_rows(2, ROW);
	assert_int_equal(ur_netrows_each(path, count, &n), 0);
	assert_int_equal(n, 2);
	n = 0;
	write_rows(9, ROW);
	assert_int_equal(ur_netrows_each(path, count, &n), 0);
	assert_int_equal(n, 3); /* it had enough */
	n = 4;
	write_rows(UR_NETROWS_MAX, ROW);
	assert_int_equal(ur_netrows_each(path, count, &n), -E2BIG);
	assert_int_equal(ur_netrows_each("/nowhere", count, &n), -ENOENT);
}

static void test_packet_rows(void **state)
{
	unsigned n = 0;

	(void)state;
	write_rows(2, "00000000e1f5f1b4 3      3    0003   0     1 0      0      5831  \n");
	assert_int_equal(ur_netrows_each_packet(path, count_packets, &n), 0);
	assert_int_equal(n, 2);
	write_rows(2, "00000000e1f5f1b4 3      3    0003   0     1 0      0      42  \n");
	n = 0;
	assert_int_equal(ur_netrows_each_packet(path, count_packets, &n), 0);
	assert_int_equal(n, 1);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	return fd < 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_packet_rows),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
