// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "user/enrich/rtdump.h"

static uint8_t buf[512];
static size_t used;
static int seen, stop_with;

static int count(const uint8_t *payload, size_t len, void *arg)
{
	(void)arg;
	assert_int_equal(len, 4);
	assert_int_equal(payload[0], 0x5a);
	seen++;
	return stop_with;
}

static void add(uint16_t type, uint16_t flags, uint32_t seq, int32_t value)
{
	struct nlmsghdr nlh = { .nlmsg_len = NLMSG_LENGTH(sizeof(value)),
				.nlmsg_type = type,
				.nlmsg_flags = flags,
				.nlmsg_seq = seq };

	memcpy(buf + used, &nlh, sizeof(nlh));
	memcpy(buf + used + NLMSG_HDRLEN, &value, sizeof(value));
	used += nlh.nlmsg_len;
}

static int take(struct ur_rtdump *d)
{
	*d = (struct ur_rtdump){ .seq = 7, .type = RTM_NEWROUTE, .fn = count };
	seen = 0;
	return ur_rtdump_take(d, buf, used);
}

static void answers(void **state)
{
	struct ur_rtdump d;

	(void)state;
	used = 0;
	add(RTM_NEWROUTE, NLM_F_MULTI, 7, 0x5a);
	add(RTM_NEWROUTE, NLM_F_MULTI, 6, 0); /* of another request */
	add(RTM_NEWLINK, NLM_F_MULTI, 7, 0);
	add(RTM_NEWROUTE, NLM_F_MULTI, 7, 0x5a);
	assert_int_equal(take(&d), 0);
	assert_int_equal(seen, 2);
	assert_false(d.interrupted);
	add(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 7, 0);
	assert_int_equal(take(&d), 1);
	assert_true(d.interrupted);
	stop_with = -EIO;
	assert_int_equal(take(&d), -EIO);
	assert_int_equal(seen, 1);
	stop_with = 0;
}

static void failures(void **state)
{
	struct ur_rtdump d;

	(void)state;
	used = 0;
	add(NLMSG_ERROR, 0, 7, -EOPNOTSUPP);
	assert_int_equal(take(&d), -EOPNOTSUPP);
	used = 0;
	add(RTM_NEWROUTE, 0, 7, 0x5a);
	((struct nlmsghdr *)buf)->nlmsg_len = 400; /* longer than what came */
	assert_int_equal(take(&d), -EBADMSG);
	((struct nlmsghdr *)buf)->nlmsg_len = 3;
	assert_int_equal(take(&d), -EBADMSG);
	used = 5; /* not even a header */
	assert_int_equal(take(&d), 0);
}

static int count_any(const uint8_t *payload, size_t len, void *arg)
{
	(void)payload;
	assert_true(len >= sizeof(struct fib_rule_hdr));
	(*(int *)arg)++;
	return 0;
}

/* Every namespace has the three rules of the kernel, unless it was built without any. */
static void this_kernel(void **state)
{
	const struct fib_rule_hdr hdr = { .family = AF_INET };
	int n = 0, r = ur_rtdump(RTM_GETRULE, &hdr, sizeof(hdr), count_any, &n);

	(void)state;
	if (r == -EOPNOTSUPP || r == -EAFNOSUPPORT)
		skip();
	assert_int_equal(r, 0);
	assert_true(n >= 1);
	assert_int_equal(ur_rtdump(RTM_GETRULE, buf, sizeof(buf), count_any, &n), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(failures),
		cmocka_unit_test(this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
