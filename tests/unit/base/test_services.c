/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/base/services.h"

static const char listing[] = "# comment 53/udp\n"
			      "domain\t\t53/tcp\t\t\t# Domain Name Server\n"
			      "domain\t\t53/udp\n"
			      "\n"
			      "broken 99999/udp\n"
			      "nothing here\n"
			      "odd 7/ddp\n"
			      "a-name-much-longer-than-any-service-may-have 9/udp\n"
			      "last 65535/udp";

static struct ur_services *load(const char *text)
{
	char path[] = "/tmp/services.XXXXXX";
	struct ur_services *s = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(ur_services_load(path, &s), 0);
	unlink(path);
	return s;
}

static void names_of_ports(void **state)
{
	ur_cleanup(ur_services_freep) struct ur_services *s = load(listing);

	(void)state;
	assert_string_equal(ur_services_name(s, IPPROTO_UDP, 53), "domain");
	assert_string_equal(ur_services_name(s, IPPROTO_TCP, 53), "domain");
	assert_string_equal(ur_services_name(s, IPPROTO_UDP, 65535), "last");
	assert_null(ur_services_name(s, IPPROTO_UDP, 99999 & 0xffff));
	assert_null(ur_services_name(s, IPPROTO_UDP, 7));
	assert_null(ur_services_name(s, IPPROTO_UDP, 54));
	assert_null(ur_services_name(NULL, IPPROTO_UDP, 53));
}

static void ports_of_names(void **state)
{
	ur_cleanup(ur_services_freep) struct ur_services *s = load(listing);
	uint16_t port = 0;

	(void)state;
	assert_true(ur_services_port(s, IPPROTO_TCP, "domain", &port));
	assert_int_equal(port, 53);
	assert_false(ur_services_port(s, IPPROTO_SCTP, "domain", &port));
	assert_false(ur_services_port(s, IPPROTO_TCP, "dom", &port));
	assert_false(ur_services_port(NULL, IPPROTO_TCP, "domain", &port));
	assert_int_equal(port, 53);
}

static void no_file(void **state)
{
	struct ur_services *s = (void *)1;

	(void)state;
	assert_int_equal(ur_services_load("/nonexistent/services", &s), -ENOENT);
	assert_ptr_equal(s, (void *)1);
	ur_services_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_ports),
		cmocka_unit_test(ports_of_names),
		cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
