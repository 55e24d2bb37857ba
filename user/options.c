/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include "bpf/abi.h"
#include "user/cause.h"
#include "user/host/listen.h"
#include "user/options_check.h"
#include "user/base/strbuf.h"

#define LONG_BASE 256 /* what getopt_long() returns for row i is LONG_BASE + i */
#define HELP_COL  26  /* column of the explanations in --help */

/* How a value is read. Every reader stores into the field at its row's offset and returns
 * false when the value is none. */
static bool read_flag(const char *value, void *field);
static bool read_times(const char *value, void *field);
static bool read_number(const char *value, void *field);
static bool read_duration(const char *value, void *field);
static bool read_string(const char *value, void *field);
static bool read_causes(const char *value, void *field);
static bool read_interface(const char *value, void *field);
static bool read_snaplen(const char *value, void *field);
static bool read_size(const char *value, void *field);
static bool read_listen(const char *value, void *field);

struct row {
	char letter; /* 0: none */
	const char *name;
	const char *arg; /* name of its argument, NULL: takes none; "[=X]": may have one */
	bool (*read)(const char *value, void *field);
	size_t field;
	const char *standard; /* the default, read as if it were given; NULL: all zero */
	const char *accepts;  /* what the argument may be, for the error message */
	const char *help;
};

#define FIELD(name) offsetof(struct ur_options, name)

static const struct row rows[] = {
	{ 'c', "count", "N", read_number, FIELD(count), NULL, "a number from 1 on",
	  "stop after N events" },
	{ 'i', "interface", "NAME", read_interface, FIELD(interface), NULL,
	  "the name of a network interface, or any",
	  "only packets that came in, or were to leave, by NAME" },
	{ 'n', "numeric", NULL, read_flag, FIELD(numeric), NULL, NULL,
	  "ports as numbers only, without the service's name" },
	{ 't', "times", NULL, read_times, FIELD(times), NULL, NULL,
	  "no time; -tt seconds, -ttt since the last, -tttt date" },
	{ 'v', "verbose", NULL, read_times, FIELD(verbose), NULL, NULL,
	  "show the evidence below each event" },
	{ 'q', "quiet", NULL, read_flag, FIELD(quiet), NULL, NULL,
	  "one line per event, and no counts at the end" },
	{ 'w', "write", "FILE", read_string, FIELD(write), NULL, "a file, or - for standard output",
	  "write pcapng, for Wireshark and -r; print nothing" },
	{ 0, "print", NULL, read_flag, FIELD(print), NULL, NULL, "with -w: print as well" },
	{ 0, "redact", NULL, read_flag, FIELD(redact), NULL, NULL,
	  "with -w: other addresses and names, no texts of rules" },
	{ 's', "snaplen", "N", read_snaplen, FIELD(snaplen), "headers",
	  "a number of bytes, 0 for all that there are, or headers", "with -w: bytes of a packet" },
	{ 'C', "file-size", "N", read_size, FIELD(file_bytes), NULL,
	  "a number of millions of bytes, or one with k, m or g",
	  "with -w: a new file after N million bytes" },
	{ 'G', "file-seconds", "N", read_number, FIELD(file_seconds), NULL,
	  "a number of seconds from 1 on", "with -w: a new file after N seconds" },
	{ 'W', "files", "N", read_number, FIELD(files), NULL, "a number from 1 on",
	  "with -C, -G: N files; -C begins again with the first" },
	{ 'r', "read", "FILE", read_string, FIELD(read), NULL, "a file, or - for standard input",
	  "explain what -w wrote, without a kernel" },
	{ 0, "annotate", "CAPTURE", read_string, FIELD(annotate), NULL,
	  "a pcap or pcapng file, or - for standard input",
	  "copy it to -w, with comments; from evidence of -r" },
	{ 0, "json", NULL, read_flag, FIELD(json), NULL, NULL,
	  "one JSON object per event and line" },
	{ 0, "netns", "WHICH", read_string, FIELD(netns), "all",
	  "the name of a network namespace, a process id, or all",
	  "one namespace, by name or process" },
	{ 0, "cause", "LIST", read_causes, FIELD(cause), NULL,
	  "causes and groups of causes, separated by commas, such as socket.none,rule",
	  "only these causes or groups; help lists them" },
	{ 0, "received", NULL, read_flag, FIELD(received), NULL, NULL,
	  "also show unreachables that come here from elsewhere" },
	{ 0, "tcp-reset", NULL, read_flag, FIELD(tcp_reset), NULL, NULL,
	  "explain the kernel's TCP resets as well" },
	{ 0, "summary", NULL, read_flag, FIELD(summary), NULL, NULL,
	  "at the end, what there was most of" },
	{ 0, "html", "FILE", read_string, FIELD(html), NULL, "a file to write",
	  "the same as one HTML page, to attach to a ticket" },
	{ 0, "top", NULL, read_flag, FIELD(top), NULL, NULL,
	  "a table of it instead, live; ? shows its keys" },
	{ 0, "for", "DURATION", read_duration, FIELD(for_ns), NULL,
	  "a number with ms, s, m or h, such as 500ms, 90s or 1h30m",
	  "stop after that long: 500ms, 90s, 1h30m" },
	{ 0, "all", NULL, read_flag, FIELD(all), NULL, NULL,
	  "every event in full, also of a flood" },
	{ 0, "check", NULL, read_flag, FIELD(check), NULL, NULL,
	  "say what this kernel and host offer, and end" },
	{ 0, "serve", "[=ADDR]", read_listen, FIELD(serve), NULL,
	  "a port, or an address and a port: 9033, 127.0.0.1:9033, [::1]:9033",
	  "metrics for Prometheus on port 9033, or at ADDR" },
	{ 0, "ready-file", "PATH", read_string, FIELD(ready_file), NULL, "a file to create",
	  "create PATH once everything is attached" },
	{ 'h', "help", NULL, read_flag, FIELD(help), NULL, NULL, "show this help" },
	{ 'V', "version", NULL, read_flag, FIELD(version), NULL, NULL, "show the version" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const examples[][2] = {
	{ "unreach", "everything, live, until Ctrl-C" },
	{ "unreach -v -c 1 --netns web", "the next one in namespace web, with evidence" },
	{ "unreach udp port 53", "a filter expression, as tcpdump has them" },
	{ "unreach -w f", "record; `unreach -r f` explains" },
	{ "unreach --cause rule", "only what firewall rules reject" },
	{ "unreach --json --for 1h > log", "an hour, for programs" },
};

/* ---- readers ---- */

static bool read_flag(const char *value, void *field)
{
	(void)value;
	*(bool *)field = true;
	return true;
}

static bool read_times(const char *value, void *field)
{
	(void)value;
	++*(unsigned int *)field;
	return true;
}

/* Digits at *@s, which moves behind them; false when there are none, or too many. */
static bool read_digits(const char **s, uint64_t *ret)
{
	const char *start = *s;
	uint64_t n = 0;

	for (; isdigit((unsigned char)**s); ++*s)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(**s - '0'), &n))
			return false;
	*ret = n;
	return *s != start;
}

static bool read_number(const char *value, void *field)
{
	uint64_t n;

	if (!read_digits(&value, &n) || *value || !n)
		return false;
	*(uint64_t *)field = n;
	return true;
}

/* Nanoseconds of the unit at *@s, which moves behind it; 0 when it is none. No unit at
 * the very end is seconds, but only for a number @alone. */
static uint64_t read_unit(const char **s, bool alone)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ms", UINT64_C(1000000) },
		{ "s", UINT64_C(1000000000) },
		{ "m", UINT64_C(60000000000) },
		{ "h", UINT64_C(3600000000000) },
	};

	if (!**s)
		return alone ? units[1].ns : 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*s, units[i].name, len) == 0) {
			*s += len;
			return units[i].ns;
		}
	}
	return 0;
}

/* "1h30m": the units go down. */
static bool read_duration(const char *value, void *field)
{
	uint64_t total = 0, n, unit, before = UINT64_MAX;

	do {
		bool alone = total == 0 && before == UINT64_MAX;

		if (!read_digits(&value, &n))
			return false;
		unit = read_unit(&value, alone);
		if (!unit || unit >= before || __builtin_mul_overflow(n, unit, &n) ||
		    __builtin_add_overflow(total, n, &total))
			return false;
		before = unit;
	} while (*value);
	*(uint64_t *)field = total;
	return total;
}

static bool read_string(const char *value, void *field)
{
	*(const char **)field = value;
	return *value;
}

static bool read_causes(const char *value, void *field)
{
	const char *slug = value;

	for (size_t len; strcmp(value, UR_CAUSE_HELP); slug += len + 1) {
		len = strcspn(slug, ",");
		if (!ur_cause_known(slug, len))
			return false;
		if (!slug[len])
			break;
	}
	*(const char **)field = value;
	return true;
}

/* The kernel's dev_valid_name(). The interface may be in any namespace, or come later. */
static bool read_interface(const char *value, void *field)
{
	if (!*value || strlen(value) >= UR_IFNAME_MAX || strcspn(value, "/ \t\n") < strlen(value))
		return false;
	*(const char **)field = strcmp(value, "any") ? value : NULL;
	return true;
}

static bool read_snaplen(const char *value, void *field)
{
	uint64_t n = UR_SNAPLEN_HEADERS;

	if (strcmp(value, "headers") && (!read_digits(&value, &n) || *value || n > UINT32_MAX))
		return false;
	*(uint64_t *)field = n;
	return true;
}

/* As tcpdump's -C: millions of bytes; with a letter multiples of 1024. */
static bool read_size(const char *value, void *field)
{
	uint64_t n, unit = 1000000;

	if (!read_digits(&value, &n) || !n)
		return false;
	if (*value) {
		const char *letter = strchr("kmg", tolower((unsigned char)*value));

		if (!letter || value[1])
			return false;
		unit = UINT64_C(1) << 10 * (*letter == 'k' ? 1 : *letter == 'm' ? 2 : 3);
	}
	return !__builtin_mul_overflow(n, unit, (uint64_t *)field);
}

/* Without a value: the default. */
static bool read_listen(const char *value, void *field)
{
	struct ur_options *opts = (void *)((char *)field - FIELD(serve));
	struct ur_listen where;

	opts->served = true;
	opts->serve = value ?: UR_LISTEN_DEFAULT;
	return !ur_listen_parse(opts->serve, &where);
}

/* ---- the parser ---- */

static int fail(struct ur_buf *err, const char *what, const char *value, const char *then)
{
	ur_buf_add(err, "%s", what);
	ur_buf_add_safe(err, value);
	ur_buf_add(err, "%s", then);
	return -EINVAL;
}

static int store(const struct row *row, const char *value, struct ur_options *opts,
		 struct ur_buf *err)
{
	if (row->read(value, (char *)opts + row->field))
		return 0;
	ur_buf_add(err, "option --%s can't be \"", row->name);
	ur_buf_add_safe(err, value);
	ur_buf_add(err, "\"; it takes %s", row->accepts);
	return -EINVAL;
}

static const struct row *find_row(int code)
{
	for (size_t i = 0; i < ROWS; i++)
		if (code == LONG_BASE + (int)i || (rows[i].letter && code == rows[i].letter))
			return &rows[i];
	return NULL;
}

static bool is_optional(const struct row *row)
{
	return row->arg && row->arg[0] == '[';
}

static int argument_of(const struct row *row)
{
	return is_optional(row) ? optional_argument : row->arg ? required_argument : no_argument;
}

/* What getopt_long() wants, made from the rows. */
struct getopt_tables {
	char letters[2 * ROWS + 3];
	struct option options[ROWS + 1];
};

static void make_tables(struct getopt_tables *t)
{
	struct ur_buf letters = UR_BUF(t->letters);

	memset(t->options, 0, sizeof(t->options));
	ur_buf_add(&letters, ":");
	for (size_t i = 0; i < ROWS; i++) {
		t->options[i].name = rows[i].name;
		t->options[i].has_arg = argument_of(&rows[i]);
		t->options[i].val = LONG_BASE + (int)i;
		if (rows[i].letter)
			ur_buf_add(&letters, "%c%s", rows[i].letter, rows[i].arg ? ":" : "");
	}
}

/* An abbreviation works today and is ambiguous with the next new option: refuse it. */
static bool abbreviated(int code, const char *word)
{
	const struct row *row = code >= LONG_BASE ? find_row(code) : NULL;

	return row &&
	       !(strncmp(word, "--", 2) == 0 && strlen(row->name) == strcspn(word + 2, "=") &&
		 strncmp(word + 2, row->name, strlen(row->name)) == 0);
}

/* Name what getopt_long() refused. @word is the argument that it was looking at. */
static int refuse(int code, const char *word, struct ur_buf *err)
{
	const struct row *row = find_row(optopt);
	char letter[] = { '-', (char)optopt, '\0' };

	if (code == ':' && row) {
		ur_buf_add(err, "option --%s needs %s", row->name, row->accepts);
		return -EINVAL;
	}
	if (row && !row->arg) {
		ur_buf_add(err, "option --%s takes no value", row->name);
		return -EINVAL;
	}
	return fail(err, "there is no option ", optopt && optopt < LONG_BASE ? letter : word,
		    "; see unreach --help");
}

/* The word behind a long option's code: its own, or the one before its argument. */
static const char *word_of(char **argv, const struct row *row)
{
	const char *last = argv[optind - 1];
	bool own = strncmp(last, "--", 2) == 0 && (!row->arg || is_optional(row) ||
						   last + 2 + strcspn(last + 2, "=") == optarg - 1);

	return own ? last : argv[optind - 2];
}

static int parse_all(int argc, char **argv, struct ur_options *opts, struct ur_buf *err)
{
	struct getopt_tables t;
	int code, r;

	make_tables(&t);
	optind = 0; /* glibc: start anew, whatever was parsed before */
	opterr = 0;
	while ((code = getopt_long(argc, argv, t.letters, t.options, NULL)) != -1) {
		const struct row *row = find_row(code);

		if (!row)
			return refuse(code, argv[optind - 1], err);
		if (code >= LONG_BASE && abbreviated(code, word_of(argv, row)))
			return fail(err, "there is no option ", word_of(argv, row),
				    "; see unreach --help");
		r = store(row, optarg, opts, err);
		if (r)
			return r;
		if (opts->help || opts->version)
			return 0;
	}
	return 0;
}

int ur_options_parse(int argc, char **argv, struct ur_options *ret, char *err, size_t errlen)
{
	struct ur_buf message = ur_buf_over(err, errlen);
	struct ur_options opts = {};
	int r;

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].standard)
			rows[i].read(rows[i].standard, (char *)&opts + rows[i].field);
	r = parse_all(argc, argv, &opts, &message);
	opts.filter = argv + optind;
	opts.nfilter = r ? 0 : (size_t)(argc - optind);
	opts.json = opts.json || opts.served;
	r = r ?: ur_options_check(&opts, &message);
	if (!r)
		*ret = opts;
	return r;
}

/* ---- --help ---- */

static void help_row(FILE *out, const struct row *row)
{
	char left[64];
	struct ur_buf buf = UR_BUF(left);

	ur_buf_add(&buf, row->letter ? "  -%c, " : "      ", row->letter);
	ur_buf_add(&buf, "--%s%s%s", row->name, row->arg && !is_optional(row) ? " " : "",
		   row->arg ?: "");
	fprintf(out, "%-*s  %s", HELP_COL - 2, left, row->help);
	if (row->standard)
		fprintf(out, " (default: %s)", row->standard);
	fputc('\n', out);
}

void ur_options_causes(FILE *out)
{
	for (int i = 0; i < UR_CAUSE_MAX_; i++)
		fprintf(out, "%s\n", ur_cause_info(i)->slug);
}

void ur_options_help(FILE *out)
{
	fputs("Usage: unreach [options] [pcap filter expression]\n\n"
	      "Says why this kernel answers packets with Destination Unreachable: why no socket\n"
	      "took them, or which firewall rule fired. Runs until it is interrupted.\n\n",
	      out);
	for (size_t i = 0; i < ROWS; i++)
		help_row(out, &rows[i]);
	fputc('\n', out);
	fputs("Exit status: 0 done, 1 run-time failure, 2 wrong usage, 3 untraceable kernel\n"
	      "\nExamples:\n",
	      out);
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		fprintf(out, "  %-31s %s\n", examples[i][0], examples[i][1]);
}

const char *ur_options_name(size_t i)
{
	return i < ROWS ? rows[i].name : NULL;
}
