/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "tests/unit/sample.h"
#include "tests/unit/terminal.h"
#include "user/output.h"

static struct ur_evidence ev;
static struct ur_report report;

static const char *name_of(const struct ur_options *opts)
{
	static char text[256];
	struct ur_buf out = UR_BUF(text);

	ur_output_say(&out, opts);
	return text;
}

/* What one event comes to on standard output, and in the file at @path. */
static void show(const struct ur_options *opts, char *out, size_t size, off_t *written)
{
	char name[] = "/tmp/output.XXXXXX";
	struct ur_sink *sink = NULL;
	const char *what = NULL;
	struct stat st = {};
	int saved = dup(STDOUT_FILENO), fd = mkstemp(name);
	ssize_t n;

	assert_true(fd >= 0);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	assert_int_equal(ur_output_new(opts, NULL, &what, &sink), 0);
	assert_int_equal(ur_sink_event(sink, &ev, &report), 0);
	assert_int_equal(ur_sink_finish(sink, &(struct ur_totals){}), 0);
	ur_sink_free(sink);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = pread(fd, out, size - 1, 0);
	assert_true(n >= 0);
	out[n] = '\0';
	close(fd);
	unlink(name);
	*written = opts->write && !stat(opts->write, &st) ? st.st_size : 0;
}

static void each_form(void **state)
{
	char dir[] = "/tmp/output.XXXXXX", path[64], out[65536];
	struct ur_options opts = { .snaplen = UR_SNAPLEN_HEADERS };
	off_t written;

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	ur_verdict_decide(&ev, &report);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f", dir);
	show(&opts, out, sizeof(out), &written);
	assert_non_null(strstr(out, "[socket.none"));
	assert_null(strstr(out, "\033"));
	opts.json = true;
	show(&opts, out, sizeof(out), &written);
	assert_int_equal(out[0], '{');
	opts = (struct ur_options){ .snaplen = UR_SNAPLEN_HEADERS, .write = path };
	assert_string_equal(name_of(&opts), path);
	show(&opts, out, sizeof(out), &written);
	assert_string_equal(out, "");
	assert_true(written > 100);
	opts.print = true;
	show(&opts, out, sizeof(out), &written);
	assert_non_null(strstr(out, "[socket.none"));
	assert_true(written > 100);
	opts = (struct ur_options){ .snaplen = UR_SNAPLEN_HEADERS, .write = "-" };
	assert_string_equal(name_of(&opts), "standard output");
	show(&opts, out, sizeof(out), &written);
	assert_memory_equal(out, "\n\r\r\n", 4);
	unlink(path);
	rmdir(dir);
}

static void a_file_that_can_not_be_made(void **state)
{
	struct ur_options opts = { .write = "/nonexistent/f" };
	struct ur_sink *sink = NULL;
	const char *what = NULL;

	(void)state;
	assert_int_equal(ur_output_new(&opts, NULL, &what, &sink), -ENOENT);
	assert_null(sink);
	assert_string_equal(what, "/nonexistent/f");
	opts = (struct ur_options){ .html = "/nonexistent/page", .netns = "all" };
	assert_int_equal(ur_output_new(&opts, NULL, &what, &sink), -ENOENT);
	assert_null(sink);
	assert_string_equal(what, "/nonexistent/page");
	assert_string_equal(name_of(&opts), "standard output or /nonexistent/page");
}

static int one_event(void)
{
	struct ur_options opts = { .netns = "all" };
	struct ur_sink *sink = NULL;
	const char *what = NULL;
	int r = ur_output_new(&opts, NULL, &what, &sink);

	r = r ?: ur_sink_event(sink, &ev, &report) ?: ur_sink_finish(sink, &(struct ur_totals){});
	ur_sink_free(sink);
	puts("the end");
	fflush(stdout);
	return r;
}

static int on_a_dumb_one(void)
{
	setenv("TERM", "dumb", 1);
	return one_event();
}

static int who_wants_none(void)
{
	setenv("NO_COLOR", "1", 1);
	return one_event();
}

static void colours_for_those_who_take_them(void **state)
{
	static struct terminal t;

	(void)state;
	unsetenv("NO_COLOR");
	sample_miss(&ev, IPPROTO_UDP, "10.0.0.7", 53211, "10.0.0.5", 8125);
	ur_verdict_decide(&ev, &report);
	terminal_start(&t, one_event);
	assert_true(terminal_until(&t, "the end"));
	assert_non_null(strchr(t.text, '\033'));
	assert_int_equal(terminal_end(&t), 0);
	terminal_start(&t, on_a_dumb_one);
	assert_true(terminal_until(&t, "the end"));
	assert_null(strchr(t.text, '\033'));
	assert_int_equal(terminal_end(&t), 0);
	terminal_start(&t, who_wants_none);
	assert_true(terminal_until(&t, "the end"));
	assert_null(strchr(t.text, '\033'));
	assert_int_equal(terminal_end(&t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(a_file_that_can_not_be_made),
		cmocka_unit_test(colours_for_those_who_take_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
