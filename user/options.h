/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* options.h - the command line.
 *
 * One table in options.c is the source of the parser, the defaults and --help.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define UR_SNAPLEN_HEADERS UINT64_MAX
#define UR_CAUSE_HELP      "help" /* as ur_options.cause: only list them */

struct ur_options {
	bool served;       /* metrics over HTTP: --serve */
	const char *serve; /* ...where; NULL: the default */
	bool summary;      /* what there was most of, at the end */
	bool received;     /* errors that come, too */
	uint64_t count;    /* stop after so many, 0: no limit */
	uint64_t for_ns;   /* stop after so long, 0: no limit */
	const char *netns; /* "all", a name, or a process id; never NULL */
	const char *cause; /* "socket.none,rule", checked; NULL: every cause; or UR_CAUSE_HELP */
	const char *ready_file; /* NULL: none */
	const char *interface;  /* NULL: any */
	char *const *filter;    /* words of a pcap filter expression: nfilter of them */
	size_t nfilter;
	const char *read;      /* file to replay, "-": standard input; NULL: trace */
	const char *write;     /* capture file, "-": standard output; NULL: none */
	const char *html;      /* page to write what --summary shows to; NULL: none */
	const char *annotate;  /* capture to copy with comments, "-": standard input; NULL: none */
	uint64_t snaplen;      /* bytes kept of a packet; 0: all; or UR_SNAPLEN_HEADERS */
	uint64_t file_bytes;   /* a capture file's size, 0: no limit */
	uint64_t file_seconds; /* ...and its time */
	uint64_t files;        /* how many of them, 0: no limit */
	unsigned int verbose;  /* how often -v was given */
	unsigned int times;    /* how often -t was */
	bool all;              /* no coalescing: every event in full */
	bool json;
	bool numeric;
	bool quiet;
	bool tcp_reset;
	bool top;
	bool print;  /* as well as write */
	bool redact; /* what is written: for strangers */
	bool check;
	bool help;
	bool version;
};

/* Parse @argv, which getopt may reorder; the strings in *@ret stay argv's. -h and -V end
 * the parsing. Returns 0, or -EINVAL with one sentence in @err, and then leaves *@ret alone. */
int ur_options_parse(int argc, char **argv, struct ur_options *ret, char *err, size_t errlen);

/* Write what --help shows. */
void ur_options_help(FILE *out);

/* Write what --cause help shows: the slugs, one a line. */
void ur_options_causes(FILE *out);

/* Long name of option @i ("count"), NULL behind the last: for the test that the manual
 * knows them all. */
const char *ur_options_name(size_t i);
