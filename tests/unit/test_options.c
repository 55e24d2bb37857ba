/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <wordexp.h>
#include "user/cause.h"
#include "user/options.h"
#include "user/packet/filter.h"

#define WORDS 16

/* Parse a command line written as one string; @err is static. */
static int parse(const char *line, struct ur_options *opts, char **err)
{
	static char copy[256], message[256];
	char *argv[WORDS + 1] = { "unreach" };
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word && argc < WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;
	*err = message;
	return ur_options_parse(argc, argv, opts, message, sizeof(message));
}

static void defaults(void **state)
{
	struct ur_options opts;
	char *err;

	(void)state;
	assert_int_equal(parse("", &opts, &err), 0);
	assert_string_equal(opts.netns, "all");
	assert_int_equal(opts.count, 0);
	assert_int_equal(opts.for_ns, 0);
	assert_null(opts.cause);
	assert_null(opts.ready_file);
	assert_false(opts.served);
	assert_false(opts.all || opts.json || opts.numeric || opts.quiet || opts.check ||
		     opts.help || opts.version);
}

static void every_option(void **state)
{
	struct ur_options opts;
	char *err;

	(void)state;
	assert_int_equal(parse("-nvv -c5 --json --netns=web --cause socket,rule.nft --for 90 "
			       "--check --all --ready-file /run/x",
			       &opts, &err),
			 0);
	assert_true(opts.numeric && opts.json && opts.check && opts.all);
	assert_int_equal(opts.verbose, 2);
	assert_int_equal(opts.count, 5);
	assert_string_equal(opts.netns, "web");
	assert_string_equal(opts.cause, "socket,rule.nft");
	assert_int_equal(opts.for_ns, 90000000000);
	assert_string_equal(opts.ready_file, "/run/x");
	assert_int_equal(parse("--count 7 --numeric --quiet", &opts, &err), 0);
	assert_int_equal(opts.count, 7);
	assert_true(opts.quiet);
}

/* What is left is the filter, wherever it stands. */
static void filter_words(void **state)
{
	struct ur_options opts;
	char *err;

	(void)state;
	assert_int_equal(parse("-n udp -c 1 port 53 -i eth0", &opts, &err), 0);
	assert_int_equal(opts.nfilter, 3);
	assert_string_equal(opts.filter[0], "udp");
	assert_string_equal(opts.filter[1], "port");
	assert_string_equal(opts.filter[2], "53");
	assert_string_equal(opts.interface, "eth0");
	assert_int_equal(parse("-i any -- -n", &opts, &err), 0);
	assert_int_equal(opts.nfilter, 1);
	assert_string_equal(opts.filter[0], "-n");
	assert_null(opts.interface);
	assert_int_equal(parse("-n", &opts, &err), 0);
	assert_int_equal(opts.nfilter, 0);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms; /* 0: refused */
	} cases[] = {
		{ "1", 1000 },
		{ "500ms", 500 },
		{ "90s", 90000 },
		{ "5m", 300000 },
		{ "1h30m", 5400000 },
		{ "1h1m1s1ms", 3661001 },
		{ "0", 0 },
		{ "0s", 0 },
		{ "s", 0 },
		{ "1h30", 0 },
		{ "30m1h", 0 },
		{ "1s1s", 0 },
		{ "-1", 0 },
		{ "+1", 0 },
		{ "1.5s", 0 },
		{ "1 s", 0 },
		{ "1d", 0 },
		{ "0x10", 0 },
		{ "99999999999h", 0 },
		{ "18446744073709551616", 0 },
		{ "5000000000h", 0 },
		{ "1ss", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char message[256];
		char *argv[] = { "unreach", "--for", (char *)cases[i].text, NULL };
		struct ur_options opts = {};
		int r = ur_options_parse(3, argv, &opts, message, sizeof(message));

		assert_int_equal(r, cases[i].ms ? 0 : -EINVAL);
		assert_int_equal(opts.for_ns, cases[i].ms * 1000000);
	}
}

/* The message names the option, the value, and what would be right. */
static void refusals_say_why(void **state)
{
	static const struct {
		const char *line, *says, *and;
	} cases[] = {
		{ "-c 0", "--count", "\"0\"" },
		{ "-c 5x", "\"5x\"", "a number from 1 on" },
		{ "-c -1", "\"-1\"", "a number" },
		{ "-c 18446744073709551616", "--count", "a number" },
		{ "--count", "--count needs", "a number" },
		{ "--for soon", "\"soon\"", "1h30m" },
		{ "--cause sock", "\"sock\"", "socket.none" },
		{ "--cause rule,", "\"rule,\"", "commas" },
		{ "--cause ,rule", "\",rule\"", "commas" },
		{ "--netns=", "--netns", "process id" },
		{ "--ready-file=", "--ready-file", "a file" },
		{ "--json=1", "--json", "no value" },
		{ "--netn web", "--netn", "--help" },
		{ "--nonsense", "--nonsense", "--help" },
		{ "-x", "-x", "--help" },
		{ "-nx", "-x", "--help" },
		{ "-i", "--interface", "network interface" },
		{ "-i a/b", "\"a/b\"", "network interface" },
		{ "-i name-that-is-too-long", "name-that", "network interface" },
		{ "-q -v", "-q", "-v" },
		{ "-tttttt", "-t", "5" },
		{ "-s 20", "-s", "-w" },
		{ "-C 1", "-C", "-w" },
		{ "--print", "--print", "-w" },
		{ "-w f -W 2", "-W", "-G" },
		{ "-w - -C 1", "-C", "not with -" },
		{ "-w - --print", "--print", "not with -" },
		{ "-w f --json", "--json", "--print" },
		{ "-w f -v", "-v", "--print" },
		{ "-w f -s 4294967296", "--snaplen", "headers" },
		{ "--serve=", "--serve can't be", "[::1]:9033" },
		{ "--serve=9033x", "\"9033x\"", "127.0.0.1:9033" },
		{ "--serve 9033", "--serve=9033", "=" },
		{ "--serv", "--serv", "--help" },
		{ "--serve=9033 -r f", "--serve", "-r" },
		{ "-r f --for 1s", "-r", "--for" },
		{ "--annotate f", "--annotate", "-w" },
		{ "--annotate f -w g udp", "--annotate", "-r" },
		{ "--annotate f -w g -s 0", "--annotate", "-r" },
		{ "--annotate - -r - -w g", "--annotate", "standard input" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ur_options opts = { .count = 99 };
		char *err;

		assert_int_equal(parse(cases[i].line, &opts, &err), -EINVAL);
		assert_non_null(strstr(err, cases[i].says));
		assert_non_null(strstr(err, cases[i].and));
		assert_null(strchr(err, '\n'));
		assert_int_equal(opts.count, 99);
	}
}

static void messages_are_safe_to_print(void **state)
{
	char *argv[] = { "unreach", "--for", "1\033[2J", NULL };
	struct ur_options opts;
	char err[256];

	(void)state;
	assert_int_equal(ur_options_parse(3, argv, &opts, err, sizeof(err)), -EINVAL);
	assert_null(strchr(err, '\033'));
	assert_non_null(strstr(err, "\\x1b[2J"));
}

static void help_ends_the_parsing(void **state)
{
	struct ur_options opts;
	char *err;

	(void)state;
	assert_int_equal(parse("-h --nonsense", &opts, &err), 0);
	assert_true(opts.help);
	assert_int_equal(parse("-V words", &opts, &err), 0);
	assert_true(opts.version);
}

static char *help_text(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ur_options_help(out);
	fclose(out);
	return text;
}

static void help_fits_a_screen(void **state)
{
	char *text = help_text();
	size_t rows = 0;

	(void)state;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), rows++)
		assert_in_range(strlen(line), 1, 80);
	assert_in_range(rows, 20, 44);
	free(text);
}

static void help_knows_everything(void **state)
{
	char *text = help_text(), word[64];
	size_t i;

	(void)state;
	for (i = 0; ur_options_name(i); i++) {
		snprintf(word, sizeof(word), "--%s", ur_options_name(i));
		assert_non_null(strstr(text, word));
	}
	assert_in_range(i, 12, 40);
	assert_non_null(strstr(text, "(default: all)"));
	assert_non_null(strstr(text, "Examples:"));
	free(text);
}

static void each_cause_is_listed(void **state)
{
	char *text = NULL, line[64];
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct ur_options opts;
	char *err;

	(void)state;
	assert_int_equal(parse("--cause help", &opts, &err), 0);
	assert_string_equal(opts.cause, UR_CAUSE_HELP);
	ur_options_causes(out);
	fclose(out);
	for (int c = 0; c < UR_CAUSE_MAX_; c++) {
		snprintf(line, sizeof(line), "%s\n", ur_cause_info(c)->slug);
		assert_non_null(strstr(text, line));
	}
	free(text);
}

static void capture_files(void **state)
{
	static const struct {
		const char *size;
		uint64_t bytes; /* 0: refused */
	} sizes[] = {
		{ "1", 1000000 },  { "3k", 3072 },
		{ "2M", 2097152 }, { "1g", 1073741824 },
		{ "0", 0 },        { "k", 0 },
		{ "1x", 0 },       { "1kk", 0 },
		{ "", 0 },         { "18446744073710", 0 },
	};
	struct ur_options opts;
	char line[64], *err;

	(void)state;
	assert_int_equal(parse("-w f -s 0 -G 60 -W 3 --print --json", &opts, &err), 0);
	assert_string_equal(opts.write, "f");
	assert_int_equal(opts.snaplen, 0);
	assert_int_equal(opts.file_seconds, 60);
	assert_int_equal(opts.files, 3);
	assert_true(opts.print);
	assert_int_equal(parse("-r - -w -", &opts, &err), 0);
	assert_string_equal(opts.read, "-");
	assert_int_equal(opts.snaplen, UR_SNAPLEN_HEADERS);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(line, sizeof(line), "-w f --file-size=%s", sizes[i].size);
		if (parse(line, &opts, &err) != (sizes[i].bytes ? 0 : -EINVAL))
			fail_msg("%s", line);
		if (sizes[i].bytes)
			assert_int_equal(opts.file_bytes, sizes[i].bytes);
	}
}

/* With an address or without; and what follows is no part of it. */
static void serve(void **state)
{
	struct ur_options opts;
	char *err;

	(void)state;
	assert_int_equal(parse("--serve", &opts, &err), 0);
	assert_true(opts.served && opts.json);
	assert_string_equal(opts.serve, "9033");
	assert_int_equal(parse("--serve udp port 53", &opts, &err), 0);
	assert_string_equal(opts.serve, "9033");
	assert_int_equal(opts.nfilter, 3);
	assert_int_equal(parse("--serve=[::1]:80 --for 1s", &opts, &err), 0);
	assert_string_equal(opts.serve, "[::1]:80");
	assert_int_equal(opts.for_ns, 1000000000);
}

/* A command line as a document has it: up to a pipe, a redirection, or what is said of it. */
static void assert_example(const char *where, const char *line)
{
	static const char *const ends[] = { " | ", " > ", "   " };
	struct ur_filter *filter = NULL;
	struct ur_options opts;
	char copy[256], err[256];
	wordexp_t words;

	snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strstr(copy, ends[i]))
			*strstr(copy, ends[i]) = '\0';
	if (wordexp(copy, &words, WRDE_NOCMD | WRDE_UNDEF))
		fail_msg("%s: %s: no shell takes that", where, copy);
	if (ur_options_parse((int)words.we_wordc, words.we_wordv, &opts, err, sizeof(err)) ||
	    (opts.nfilter && ur_filter_new(opts.filter, opts.nfilter, err, sizeof(err), &filter)))
		fail_msg("%s: %s: %s", where, copy, err);
	ur_filter_free(filter);
	wordfree(&words);
}

/* Each line of @in that begins with @prompt and this program's name; returns how many. */
static int examples_of(const char *where, FILE *in, const char *prompt)
{
	char line[256], begin[64];
	size_t len = (size_t)snprintf(begin, sizeof(begin), "%sunreach", prompt);
	int n = 0;

	while (fgets(line, sizeof(line), in)) {
		if (strncmp(line, begin, len) || !strchr(" \n", line[len]))
			continue;
		assert_example(where, line + len - strlen("unreach"));
		n++;
	}
	fclose(in);
	return n;
}

/* What manual, README and --help show can be typed. */
static void examples_are_taken(void **state)
{
	FILE *help = tmpfile();

	(void)state;
	assert_true(examples_of("README.md", fopen("README.md", "r"), "# ") >= 10);
	assert_true(examples_of("manual", fopen("tools/man/unreach.8", "r"), ".Dl # ") >= 5);
	ur_options_help(help);
	rewind(help);
	assert_int_equal(examples_of("--help", help, "  "), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_option),
		cmocka_unit_test(filter_words),
		cmocka_unit_test(durations),
		cmocka_unit_test(refusals_say_why),
		cmocka_unit_test(messages_are_safe_to_print),
		cmocka_unit_test(help_ends_the_parsing),
		cmocka_unit_test(help_fits_a_screen),
		cmocka_unit_test(help_knows_everything),
		cmocka_unit_test(each_cause_is_listed),
		cmocka_unit_test(serve),
		cmocka_unit_test(capture_files),
		cmocka_unit_test(examples_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
