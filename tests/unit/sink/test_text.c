/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include "tests/unit/capture.h"
#include "tests/unit/receipt.h"
#include "tests/unit/sample.h"

static struct ur_evidence ev;

/* Show ev as @opts say, and compare with @want; NULL: the caller looks into *@c. */
static void show(struct capture *c, const struct ur_text_opts *opts, const char *want)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	static struct ur_report report;

	capture_open(c);
	assert_int_equal(ur_sink_text_new(c->out, opts, &sink), 0);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	assert_int_equal(ur_sink_finish(sink, NULL), 0);
	if (want)
		assert_string_equal(c->text, want);
}

static void expect(const struct ur_text_opts *opts, const char *want)
{
	struct capture c;

	show(&c, opts, want);
	capture_close(&c);
}

static void expect_within(const char *want)
{
	struct ur_text_opts opts = { .numeric = true };
	struct capture c;

	show(&c, &opts, NULL);
	if (!strstr(c.text, want))
		assert_string_equal(c.text, want); /* fails, and shows both */
	capture_close(&c);
}

static void one_line_and_what_to_do_next(void **state)
{
	struct ur_text_opts opts = { .numeric = true };

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	expect(&opts,
	       "02:45:20.123456 10.0.0.7:53211 > 10.0.0.5:8125 udp, sent port-unreachable: no "
	       "UDP socket accepts 10.0.0.5:8125; statsd (pid 812) is bound to 127.0.0.1:8125 "
	       "only [socket.address, proven]\n"
	       "    next: bind statsd to 10.0.0.5 or 0.0.0.0\n");
	opts.quiet = true;
	expect(&opts,
	       "02:45:20.123456 10.0.0.7:53211 > 10.0.0.5:8125 udp, sent port-unreachable: no "
	       "UDP socket accepts 10.0.0.5:8125; statsd (pid 812) is bound to 127.0.0.1:8125 "
	       "only [socket.address, proven]\n");
}

static void wrapped_for_a_terminal(void **state)
{
	struct ur_text_opts opts = { .numeric = true, .width = 80 };

	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject comment \"x\"");
	ev.ev.window = UR_WIN_PEER_DENY;
	ev.ev.flags |= UR_EV_SOCKS;
	sample_netns(&ev, "srv");
	expect(&opts,
	       "02:45:20.123456 srv 10.219.7.1:40000 > 10.219.7.2:999 udp, port-unreachable\n"
	       "    suppressed (rate limit for this peer): rejected by nftables rule inet filter\n"
	       "    input handle 7: udp dport 999 reject comment \"x\" [rule.nft, proven]\n"
	       "    also: no UDP socket behind the rule fits either: without the rule it would\n"
	       "          still be unreachable\n"
	       "    next: see the rule with\n"
	       "          `ip netns exec srv nft -a list chain inet filter input`\n");
}

static void heads(void **state)
{
	(void)state;
	sample_unknown(&ev, "foo+0x1/0x2");
	expect_within("10.0.0.7 > 10.0.0.5 protocol 253, sent protocol-unreachable: ");
	expect_within(" [unknown]\n");
	sample_miss(&ev, IPPROTO_UDP, "fd00::7", 1, "fd00::5", 2);
	sample_netns(&ev, NULL);
	expect_within("02:45:20.123456 netns:4026531840 [fd00::7]:1 > [fd00::5]:2 udp, sent ");
	sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_TCP, "-j REJECT");
	ev.ev.answer = UR_ANSWER_RST;
	ev.ev.window = UR_WIN_RST_BUILT;
	expect_within(" tcp, sent TCP reset: rejected by legacy");
	ev.count = 3;
	ev.like = (struct ur_like){ .kind = UR_LIKE_FLOW,
				    .all = 4,
				    .since_ns = 1,
				    .last_ns = 60000001,
				    .since_real = SAMPLE_TIME * 1000000000ULL + 100000000,
				    .last_real = SAMPLE_TIME * 1000000000ULL + 160000000 };
	expect_within(", sent TCP reset 4 times from 02:45:20.100000 to 02:45:20.160000: ");
	ev.like.last_ns = 2000000001;
	expect_within(" to 02:45:20.160000, 2/s: ");
	ev.like.kind = UR_LIKE_KIND;
	expect_within("02:45:20.123456 several sources > port 999 tcp, sent TCP reset 4 times ");
	ev.like.kind = UR_LIKE_NONE;
	ev.ev.flags = UR_EV_NO_ENTRY;
	expect_within(", TCP reset, sent or not was not seen: ");
	ev.packet.has_ports = false;
	ev.packet.fragment = true;
	expect_within("10.219.7.1 > 10.219.7.2 tcp fragment, ");
	ev.packet.family = 0;
	expect_within("02:45:20.123456 a packet that can't be read, ");
}

static void names_of_ports(void **state)
{
	char path[] = "/tmp/services.XXXXXX";
	struct ur_text_opts opts = { .services = path };
	struct capture c;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "dns\033 53/udp\nlate 40000/udp\n", 28), 28);
	close(fd);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	show(&c, &opts, NULL);
	unlink(path);
	assert_non_null(strstr(c.text, "10.0.0.7:40000 > 10.0.0.5:53(dns\\x1b) udp"));
	capture_close(&c);
}

static void colours_only_when_asked(void **state)
{
	struct ur_text_opts opts = { .numeric = true, .color = true };
	struct capture c;

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	show(&c, &opts, NULL);
	assert_non_null(strstr(c.text, "\033[1mno UDP socket is on port 2\033[0m"));
	capture_close(&c);
	opts.color = false;
	show(&c, &opts, NULL);
	assert_null(strchr(c.text, '\033'));
	capture_close(&c);
}

/* Everything that the outside world chose, at once, in every part of the output. */
static void nothing_from_outside_acts(void **state)
{
	static const char evil[] = "\033[2J\n\x9b"
				   "A\x01\x02\xe2\x80\xae";
	struct ur_text_opts opts = { .numeric = true, .verbose = 1 };
	struct capture c;

	(void)state;
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, evil);
	sample_socket(&ev, UR_MM_DEVICE, "0.0.0.0", evil)->bound_ifindex = 3;
	SAMPLE_COPY(ev.bound_dev[0], evil);
	sample_listener(&ev, "0.0.0.0", evil);
	SAMPLE_COPY(ev.netns.name, evil);
	SAMPLE_COPY(ev.ev.iifname, evil);
	SAMPLE_COPY(ev.ev.rule.table, evil);
	SAMPLE_COPY(ev.ev.rule.chain, evil);
	SAMPLE_COPY(ev.ev.rule.iifname, evil);
	SAMPLE_COPY(ev.rule.base_chain, evil);
	SAMPLE_COPY(ev.rule.comment, evil);
	SAMPLE_COPY(ev.elsewhere.netns_name, evil);
	ev.elsewhere.looked = UR_FOUND;
	sample_owner(&ev.sender, evil, 1);
	ev.ev.flags |= UR_EV_SENDER;
	ev.ev.nstack = 1;
	SAMPLE_COPY(ev.stack[0], evil);
	show(&c, &opts, NULL);
	for (const char *p = c.text; *p; p++)
		assert_true(*p == '\n' || ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f));
	assert_null(strstr(c.text, "\nA"));
	capture_close(&c);
}

static void a_reader_that_is_gone(void **state)
{
	ur_cleanup(ur_fclosep) FILE *out = capture_broken_pipe();
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct ur_text_opts opts = { .numeric = true };
	static struct ur_report report;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 1, "10.0.0.5", 2);
	ur_verdict_decide(&ev, &report);
	assert_int_equal(ur_sink_text_new(out, &opts, &sink), 0);
	assert_int_equal(ur_sink_event(sink, &ev, &report), -EPIPE);
}

static void a_port_that_is_taken_again(void **state)
{
	struct ur_restart restart = { .packet = { .proto = IPPROTO_UDP, .dport = 8125 },
				      .closed_ns = 1000000000,
				      .taken_ns = 2250000000,
				      .refused = 3,
				      .taken = { .looked = UR_FOUND, .family = AF_INET6 } };
	const struct timespec time = { .tv_sec = 3 * 3600, .tv_nsec = 123456789 };
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct ur_text_opts opts = { .numeric = true };
	struct capture c;

	(void)state;
	sample_addr(restart.taken.addr, "::ffff:10.0.0.5");
	sample_owner(&restart.taken.owners, "sta\033td", 900);
	restart.netns = (struct ur_netns){ .looked = UR_FOUND, .name = "srv" };
	capture_open(&c);
	assert_int_equal(ur_sink_text_new(c.out, &opts, &sink), 0);
	assert_int_equal(ur_sink_restart(sink, &restart, &time), 0);
	assert_string_equal(c.text, "03:00:00.123456 srv udp port 8125 taken again: sta\\x1btd "
				    "(pid 900) has 10.0.0.5:8125 no more than 1.2 s after it was "
				    "closed; 3 packets were refused [socket.closed]\n");
	capture_close(&c);
	ur_sink_freep(&sink);
	opts.quiet = true;
	capture_open(&c);
	assert_int_equal(ur_sink_text_new(c.out, &opts, &sink), 0);
	assert_int_equal(ur_sink_restart(sink, &restart, &time), 0);
	fflush(c.out);
	assert_string_equal(c.text, "");
	capture_close(&c);
}

static void expect_scan(struct ur_text_opts *opts, const char *want)
{
	static struct ur_scan scan;
	const struct timespec time = { .tv_sec = 3 * 3600, .tv_nsec = 123456789 };
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	struct capture c;

	scan.key = (struct ur_pattern_key){ .family = 4, .proto = IPPROTO_UDP };
	sample_addr(scan.key.src, "10.0.0.7");
	scan.netns = (struct ur_netns){ .looked = UR_FOUND, .name = "srv" };
	scan.first_ns = 1000000000;
	scan.last_ns = 2250000000;
	scan.ports = 54;
	scan.packets = 60;
	scan.lowest = 20000;
	scan.highest = 20059;
	capture_open(&c);
	assert_int_equal(ur_sink_text_new(c.out, opts, &sink), 0);
	assert_int_equal(ur_sink_scan(sink, &scan, &time), 0);
	fflush(c.out);
	assert_string_equal(c.text, want);
	capture_close(&c);
}

static void a_scan_that_is_over(void **state)
{
	struct ur_text_opts opts = { .numeric = true };

	(void)state;
	expect_scan(&opts,
		    "03:00:00.123456 srv port scan by 10.0.0.7: 54 closed UDP ports (20000 to "
		    "20059) in 1.2 s, 60 packets [note.scan, likely]\n");
	opts.quiet = true;
	expect_scan(&opts, "");
}

/* Once it was told, it is told again only to those who want everything. */
static void notes_that_were_told(void **state)
{
	struct ur_text_opts opts = { .numeric = true };
	struct capture c;

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 20009);
	ev.pattern = (struct ur_pattern){ .ports = 10, .lowest = 20000, .highest = 20009, .ns = 1 };
	show(&c, &opts, NULL);
	assert_non_null(strstr(c.text, "also: looks like a port scan: 10 closed"));
	capture_close(&c);
	ev.pattern.told = true;
	show(&c, &opts, NULL);
	assert_null(strstr(c.text, "port scan"));
	capture_close(&c);
	opts.verbose = 1;
	show(&c, &opts, NULL);
	assert_non_null(strstr(c.text, "also: looks like a port scan: 10 closed"));
	capture_close(&c);
}

static void an_error_that_came(void **state)
{
	struct ur_text_opts opts = { .numeric = true };
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL;
	static struct ur_receipt receipt;
	static struct ur_report report;
	struct capture c;

	(void)state;
	sample_receipt(&receipt, "10.0.0.1", IPPROTO_UDP, "10.0.0.5", 53211, "10.0.0.9", 53);
	sample_told(&receipt, "di\033g");
	ur_receipt_explain(&receipt, &report);
	capture_open(&c);
	assert_int_equal(ur_sink_text_new(c.out, &opts, &sink), 0);
	assert_int_equal(ur_sink_received(sink, &receipt, &report), 0);
	assert_string_equal(
		c.text,
		"02:45:20.123456 10.0.0.1 says port-unreachable about 10.0.0.5:53211 > 10.0.0.9:53 "
		"udp: delivered to \"di\\x1bg\" (pid 812) [received]\n"
		"    also: not 10.0.0.9 itself says so, but 10.0.0.1: a router or firewall on the way\n"
		"    next: its cause is to be looked for on 10.0.0.1: run unreach there\n");
	capture_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_and_what_to_do_next),
		cmocka_unit_test(wrapped_for_a_terminal),
		cmocka_unit_test(heads),
		cmocka_unit_test(names_of_ports),
		cmocka_unit_test(colours_only_when_asked),
		cmocka_unit_test(nothing_from_outside_acts),
		cmocka_unit_test(a_port_that_is_taken_again),
		cmocka_unit_test(a_scan_that_is_over),
		cmocka_unit_test(notes_that_were_told),
		cmocka_unit_test(an_error_that_came),
		cmocka_unit_test(a_reader_that_is_gone),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
