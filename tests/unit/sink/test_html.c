/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>
#include "tests/unit/capture.h"
#include "tests/unit/receipt.h"

#define S UINT64_C(1000000000)

static struct ur_evidence ev;
static struct ur_report report;
static struct ur_totals totals;
static uint64_t seq;

/* What a page is made of, and the page. */
struct page {
	char path[64], services[64];
	struct ur_sink *sink;
	struct capture inner;
	char text[256 << 10];
};
static struct page page;

static void begin(const struct ur_html_opts *more)
{
	struct ur_html_opts opts = more ? *more : (struct ur_html_opts){ .source = "db-1" };
	struct ur_text_opts lines = {};
	struct ur_sink *inner = NULL;
	int fd;

	memset(&totals, 0, sizeof(totals));
	seq = 0;
	strcpy(page.path, "/tmp/page.XXXXXX");
	fd = mkstemp(page.path);
	assert_true(fd >= 0);
	close(fd);
	strcpy(page.services, "/tmp/services.XXXXXX");
	fd = mkstemp(page.services);
	assert_int_equal(write(fd, "domain 53/udp\n", 14), 14);
	close(fd);
	opts.path = page.path;
	opts.services = page.services;
	opts.kernel = opts.kernel ?: "";
	opts.only = opts.only ?: "";
	capture_open(&page.inner);
	assert_int_equal(ur_sink_text_new(page.inner.out, &lines, &inner), 0);
	assert_int_equal(ur_sink_html_new(&opts, &inner, &page.sink), 0);
	assert_null(inner);
}

static void read_page(void)
{
	ur_cleanup(ur_fclosep) FILE *in = fopen(page.path, "r");

	assert_non_null(in);
	page.text[fread(page.text, 1, sizeof(page.text) - 1, in)] = '\0';
}

static void end(void)
{
	assert_int_equal(ur_sink_finish(page.sink, &totals), 0);
	read_page();
	ur_sink_free(page.sink);
	capture_close(&page.inner);
	unlink(page.path);
	unlink(page.services);
}

/* The sample at hand, @count times, @ns after the sample's time. */
static void add(uint64_t ns, uint32_t count)
{
	ev.seq = ++seq;
	ev.count = count;
	ev.time.tv_sec += (time_t)(ns / S);
	ev.time.tv_nsec = (long)(ns % S);
	ur_verdict_decide(&ev, &report);
	ur_totals_add(&totals, &ev, &report, true);
	assert_int_equal(ur_sink_event(page.sink, &ev, &report), 0);
}

static size_t times(const char *word)
{
	size_t n = 0;

	for (const char *at = page.text; (at = strstr(at, word)); at++)
		n++;
	return n;
}

#define assert_shown(text_)                                       \
	do {                                                      \
		if (!strstr(page.text, (text_)))                  \
			fail_msg("not on the page: %s", (text_)); \
	} while (0)

static void what_there_was(void **state)
{
	const struct ur_html_opts opts = { .source = "db-1",
					   .kernel = "Linux 6.12.57, x86_64",
					   .only = "namespace web" };

	(void)state;
	begin(&opts);
	for (int i = 0; i < 3; i++) {
		sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
		add(i * S, 1);
	}
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 reject");
	add(5 * S, 1000);
	totals.time = (struct timespec){ SAMPLE_TIME + 60, 0 };
	totals.ns = 60 * S;
	end();
	assert_shown("<!DOCTYPE html>");
	assert_shown("<title>db-1: Destination Unreachable</title>");
	assert_shown("1003 answers in 1 min 0 s: 1003 sent, 0 suppressed");
	assert_shown("Linux 6.12.57, x86_64");
	assert_shown("<span>Only</span> namespace web");
	assert_shown("2026-11-21 02:45:20</time> to ");
	assert_shown("<h3>rule.nft</h3>");
	assert_shown("<h3>socket.none</h3>");
	assert_shown("udp dport 999 reject");
	assert_shown("10.0.0.7:40000 &gt; 10.0.0.5:53 udp");
	assert_shown("nft inet filter input handle 7");
	assert_shown("1,000</span>");
	assert_shown("<code>"); /* the command of the advice */
	assert_shown("udp/53(domain)");
	assert_int_equal(times("<svg viewBox=\"0 0 6"), 1);
	assert_int_equal(times("</html>"), 1);
	/* The most frequent comes first. */
	assert_true(strstr(page.text, "<h3>rule.nft") < strstr(page.text, "<h3>socket.none"));
}

/* It asks nobody for anything and runs nothing. */
static void alone(void **state)
{
	static const char *const never[] = { "<script", "src=",    "href=", "url(",  "@import",
					     "<link",   "onload=", "http:", "https:" };

	(void)state;
	begin(NULL);
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", 53);
	add(0, 1);
	end();
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(times(never[i]), 0);
	assert_shown("Content-Security-Policy\" content=\"default-src 'none';");
}

static void hostile_strings(void **state)
{
	(void)state;
	begin(NULL);
	sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP,
		    "udp dport 999 reject comment \"<script>alert('x')</script>&\033[2J`\xff\"");
	sample_netns(&ev, "<b onclick=x>");
	add(0, 1);
	totals.time = ev.time;
	end();
	assert_int_equal(times("<script"), 0);
	assert_int_equal(times("<b onclick"), 0);
	assert_int_equal(times("\033"), 0);
	assert_int_equal(times("\xff"), 0);
	assert_shown("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\\x1b[2J");
	assert_shown("&lt;b onclick=x&gt;");
	assert_int_equal(times("<code>"), times("</code>"));
}

static void nothing(void **state)
{
	(void)state;
	begin(NULL);
	totals.time = (struct timespec){ SAMPLE_TIME, 0 };
	totals.ns = 5 * S;
	end();
	assert_shown("this host generated no Destination Unreachable in 5.0 s");
	assert_int_equal(times("<figure"), 0);
	assert_int_equal(times("<table"), 0);
	assert_int_equal(times("</html>"), 1);
}

/* On demand while it goes on, again and again, each time whole. */
static void in_between(void **state)
{
	size_t first;

	(void)state;
	begin(NULL);
	for (uint16_t port = 1; port <= 30; port++) {
		sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 40000, "10.0.0.5", port);
		add(0, 1);
	}
	assert_int_equal(ur_sink_report(page.sink, &totals), 0);
	read_page();
	first = strlen(page.text);
	assert_int_equal(times("</html>"), 1);
	assert_int_equal(times("<td class=\"n\">"), 20 + 1 + 1);
	assert_shown("and 10 of others</p>");
	assert_int_equal(ur_sink_report(page.sink, &totals), 0);
	read_page();
	assert_int_equal(strlen(page.text), first);
	end();
	assert_int_equal(times("</html>"), 1);
}

static void what_came(void **state)
{
	static struct ur_receipt receipt;

	(void)state;
	begin(NULL);
	sample_receipt(&receipt, "10.0.0.9", IPPROTO_UDP, "10.0.0.5", 1, "10.0.0.9", 53);
	ur_receipt_explain(&receipt, &report);
	assert_int_equal(ur_sink_received(page.sink, &receipt, &report), 0);
	end();
	assert_shown("<h2>Received from elsewhere</h2>");
	assert_shown("10.0.0.9 port-unreachable about 10.0.0.9 udp/53");
	assert_int_equal(times("class=\"card cause"), 0);
}

/* Where somebody is to look at the page: a copy, "" for none. */
static void keep_page(const char *path)
{
	ur_cleanup(ur_fclosep) FILE *out = *path ? fopen(path, "w") : NULL;

	if (out)
		fputs(page.text, out);
}

/* Ten minutes of a host where much goes wrong: what tests/html/run looks at. */
static void a_bad_day(void **state)
{
	const struct ur_html_opts opts = { .source = "web-1.example.net",
					   .kernel = "Linux 6.12.57+deb13-amd64, x86_64",
					   .only = "causes socket,rule, filter not net 127" };
	static const char *const peers[] = { "198.51.100.23", "203.0.113.7", "2001:db8:7::1f3a" };
	char chain[64] = "a-chain-with-a-name-as-long-as-the-kernel-lets-chains-have-it";

	(void)state;
	begin(&opts);
	for (uint64_t s = 0; s < 600; s += 3) {
		bool v6 = s % 9 == 6;

		sample_miss(&ev, IPPROTO_UDP, peers[s % 9 / 3], 40000 + s,
			    v6 ? "2001:db8:9::5" : "10.0.0.5", s % 4 ? 8125 : 53);
		if (s % 4)
			sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
		add(s * S, 1);
		if (s % 30 || s < 240)
			continue;
		sample_rule(&ev, UR_ORIGIN_NFT, IPPROTO_UDP, "udp dport 999 counter reject");
		add(s * S, 37);
		sample_rule(&ev, UR_ORIGIN_XT, IPPROTO_TCP, "-A INPUT -p tcp -j REJECT");
		SAMPLE_COPY(ev.rule.chain, chain);
		sample_netns(&ev, "a-namespace-with-a-rather-long-name");
		add(s * S, 2);
	}
	sample_unknown(&ev, "some_function+0x1a/0x90 [a_module]");
	add(300 * S, 1);
	totals.time = (struct timespec){ SAMPLE_TIME + 603, 0 };
	totals.ns = 603 * S;
	totals.decided = totals.explained + 4;
	totals.lost_ring = 4;
	end();
	assert_int_equal(times("class=\"card cause"), 5);
	keep_page(getenv("UR_PAGE") ?: "");
}

static void no_place_for_it(void **state)
{
	const struct ur_html_opts opts = { .path = "/nonexistent/page", .source = "x" };
	struct ur_sink *inner = NULL, *sink = NULL;

	(void)state;
	assert_int_equal(ur_sink_summary_new(stderr, &inner), 0);
	assert_int_equal(ur_sink_html_new(&opts, &inner, &sink), -ENOENT);
	assert_non_null(inner);
	assert_null(sink);
	ur_sink_free(inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_there_was),  cmocka_unit_test(alone),
		cmocka_unit_test(hostile_strings), cmocka_unit_test(nothing),
		cmocka_unit_test(in_between),      cmocka_unit_test(what_came),
		cmocka_unit_test(a_bad_day),       cmocka_unit_test(no_place_for_it),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
