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

struct ur_options {
	uint64_t count;         /* stop after so many, 0: no limit */
	uint64_t for_ns;        /* stop after so long, 0: no limit */
	const char *netns;      /* "all", a name, or a process id; never NULL */
	const char *cause;      /* "socket.none,rule", checked; NULL: every cause */
	bool received;          /* errors that come, too */
	const char *ready_file; /* NULL: none */
	const char *interface;  /* NULL: any */
	char *const *filter;    /* words of a pcap filter expression: nfilter of them */
	size_t nfilter;
	unsigned int verbose; /* how often -v was given */
	bool json;
	bool numeric;
	bool quiet;
	bool tcp_reset;
	bool check;
	bool help;
	bool version;
};

/* Parse @argv, which getopt may reorder; the strings in *@ret stay argv's. -h and -V end
 * the parsing. Returns 0, or -EINVAL with one sentence in @err, and then leaves *@ret alone. */
int ur_options_parse(int argc, char **argv, struct ur_options *ret, char *err, size_t errlen);

/* Write what --help shows. */
void ur_options_help(FILE *out);

/* Long name of option @i ("count"), NULL behind the last: for the test that the manual
 * knows them all. */
const char *ur_options_name(size_t i);
