/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* options.h - the options of the programs here, as tables: what each is called, and where its
 * value goes. Wrong ones end the program with status 2, --help with 0.
 */
#include "truth.h"

#include <getopt.h>

enum opt_kind { FLAG = 1, NUMBER, SECONDS, TEXT, PEER, COMM };

/* What a row is made with, each with the type of *@to; of one letter, @name is -n, else --name. A
 * table ends with {}. */
#define OPT_FLAG(name, to)           \
	{                            \
		name, FLAG, to, 0, 0 \
	} /* bool: set; takes no value */
#define OPT_SECONDS(name, to)           \
	{                               \
		name, SECONDS, to, 0, 0 \
	} /* long: microseconds */
#define OPT_TEXT(name, to)           \
	{                            \
		name, TEXT, to, 0, 0 \
	} /* const char * */
#define OPT_PEER(name, to)           \
	{                            \
		name, PEER, to, 0, 0 \
	} /* struct addr: "ADDR/PORT" */
#define OPT_COMM(name)                 \
	{                              \
		name, COMM, NULL, 0, 0 \
	} /* it is this process's name now */
#define OPT_NUMBER(name, to, min, max)     \
	{                                  \
		name, NUMBER, to, min, max \
	} /* long */

struct opt {
	const char *name;
	enum opt_kind kind;
	void *to;
	long min, max;
};

#define OPTS_MAX 24

static inline void take_option(const struct opt *opt, const char *value)
{
	switch (opt->kind) {
	case FLAG:
		*(bool *)opt->to = true;
		break;
	case NUMBER:
		*(long *)opt->to = to_number(opt->name, value, opt->min, opt->max);
		break;
	case SECONDS:
		*(long *)opt->to = to_usec(opt->name, value);
		break;
	case TEXT:
		*(const char **)opt->to = value;
		break;
	case PEER:
		*(struct addr *)opt->to = to_addr_port(opt->name, value);
		break;
	case COMM:
		prctl(PR_SET_NAME, value);
		break;
	}
}

/* Take the options of @opts, to its end; returns the arguments, @nargs of them,
 * that are left. */
static inline char **take_options(int argc, char **argv, const struct opt *opts, int nargs,
				  const char *help)
{
	struct option longs[OPTS_MAX + 2] = {};
	char shorts[2 * OPTS_MAX + 2] = "h", *s = shorts + 1;
	int n = 0, c, i = 0;

	for (; opts[n].name && n < OPTS_MAX; n++) {
		longs[n] = (struct option){ opts[n].name, opts[n].kind != FLAG, &i, n };
		if (!opts[n].name[1])
			s = stpcpy(s, (char[]){ opts[n].name[0], ':', '\0' });
	}
	longs[n] = (struct option){ "help", 0, NULL, 'h' };
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			exit(0);
		}
		if (c == '?')
			exit(2);
		for (int j = 0; c && j < n; j++)
			if (opts[j].name[0] == c && !opts[j].name[1])
				i = j;
		take_option(&opts[i], optarg);
	}
	if (argc - optind != nargs)
		bad_usage("%d arguments are wanted, not %d\n%s", nargs, argc - optind, help);
	return argv + optind;
}

/* "ADDR" and "PORT", the latter from @min on. */
static inline struct addr take_addr(char **args, long min)
{
	return to_addr(args[0], to_number("PORT", args[1], min, 65535));
}
