/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/sink/text_reset.h"

static struct ur_evidence ev;

static void expect(const char *want)
{
	char text[512];
	struct ur_buf out = UR_BUF(text);

	assert_int_equal(ur_text_reset(&out, &ev), want != NULL);
	assert_string_equal(text, want ? want : "");
}

static void segments(void **state)
{
	(void)state;
	sample_tcp_miss(&ev, 2, "10.0.0.7", "10.0.0.5", 80);
	expect("for a segment with SYN, 0 bytes of data");
	sample_reason(&ev, "NO_SOCKET");
	expect("for a segment with SYN, 0 bytes of data, the kernel's reason NO_SOCKET");
	/* in a file anything can stand there */
	sample_reason(&ev, "\033[2J");
	expect("for a segment with SYN, 0 bytes of data, the kernel's reason \\x1b[2J");
	sample_tcp_sock(&ev, 10, 0x18, "nginx");
	ev.packet.tcp_payload = 7;
	ev.ev.reset.backlog = 2;
	ev.ev.reset.backlog_max = 1;
	expect("for a segment with PSH, ACK, 7 bytes of data, socket in state LISTEN, 2 "
	       "connections wait for accept(), 1 may");
}

static void no_segment(void **state)
{
	(void)state;
	sample_unasked(&ev, 7, "nginx");
	expect("for no segment, socket in state UNCONN");
	sample_asked(&ev, "__tcp_close", "tcp_close");
	expect("for no segment, socket in state UNCONN, by ");
}

static void not_of_tcp(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	expect(NULL);
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_TCP, "reject with tcp reset");
	ev.ev.answer = UR_ANSWER_RST;
	expect(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments),
		cmocka_unit_test(no_segment),
		cmocka_unit_test(not_of_tcp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
