/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/options_check.h"

#include <errno.h>
#include <string.h>
#include "user/host/listen.h"

#define TIMES_MAX 5 /* forms of -t, as tcpdump has them */

static int refuse(struct ur_buf *err, const char *why)
{
	ur_buf_add(err, "%s", why);
	return -EINVAL;
}

static int check_file(const struct ur_options *opts, struct ur_buf *err)
{
	const bool rotates = opts->file_bytes || opts->file_seconds;

	if (!opts->write &&
	    (rotates || opts->print || opts->redact || opts->snaplen != UR_SNAPLEN_HEADERS))
		return refuse(err, "options -s, -C, -G, --print and --redact need -w");
	if (opts->redact && opts->snaplen != UR_SNAPLEN_HEADERS)
		return refuse(err, "option --redact keeps headers only: -s does not go with it");
	if (opts->files && !rotates)
		return refuse(err, "option -W needs -C or -G");
	if (opts->write && !strcmp(opts->write, "-") && (rotates || opts->print))
		return refuse(err, "options -C, -G and --print need -w with a file, not with -");
	if (opts->write && !opts->print && (opts->json || opts->verbose))
		return refuse(err, opts->json ? "options -w and --json contradict each other; "
						"--print prints as well" :
						"options -w and -v contradict each other; "
						"--print prints as well");
	return 0;
}

static int check_annotate(const struct ur_options *opts, struct ur_buf *err)
{
	if (!opts->annotate)
		return 0;
	if (!opts->write)
		return refuse(err, "option --annotate needs -w, for the copy");
	if (opts->print || opts->redact || opts->file_bytes || opts->file_seconds || opts->json ||
	    opts->nfilter || opts->summary || opts->html || opts->top ||
	    opts->snaplen != UR_SNAPLEN_HEADERS)
		return refuse(err,
			      "option --annotate copies all of a capture as it is: only -r and -w "
			      "go with it");
	if (opts->read && !strcmp(opts->read, "-") && !strcmp(opts->annotate, "-"))
		return refuse(err, "options -r and --annotate can't both read standard input");
	return 0;
}

static int check_serve(const struct ur_options *opts, struct ur_buf *err)
{
	struct ur_listen where;

	if (!opts->served)
		return 0;
	if (opts->nfilter && !ur_listen_parse(opts->filter[0], &where)) {
		ur_buf_add(err, "the address of --serve goes behind \"=\": --serve=%s",
			   opts->filter[0]);
		return -EINVAL;
	}
	if (opts->read || opts->write || opts->check || opts->summary || opts->html || opts->top ||
	    opts->verbose)
		return refuse(err, "option --serve can't be combined with -r, -w, --check, "
				   "--summary, --html, --top or -v");
	return 0;
}

/* What each option allows and together they do not. */
int ur_options_check(const struct ur_options *opts, struct ur_buf *err)
{
	if (opts->help || opts->version)
		return 0;
	if (opts->times > TIMES_MAX)
		return refuse(err, "option -t can be given 5 times at most");
	if (opts->html && !strcmp(opts->html, "-"))
		return refuse(err, "option --html needs a file: standard output has the events");
	if (opts->check && (opts->html || opts->summary))
		return refuse(err, "option --check traces nothing: --summary and --html do not go "
				   "with it");
	if (opts->top && (opts->json || opts->verbose || opts->print || opts->check))
		return refuse(err, "option --top shows a table instead of events: --json, -v, "
				   "--print and --check do not go with it");
	if (opts->top && opts->write && !strcmp(opts->write, "-"))
		return refuse(err, "option --top needs -w with a file, not with -");
	if (opts->quiet && opts->verbose)
		return refuse(err, "options -q and -v contradict each other");
	if (opts->read && (opts->check || opts->for_ns || opts->ready_file || opts->received))
		return refuse(
			err,
			"option -r can't be combined with --check, --for, --ready-file or --received");
	return check_file(opts, err) ?: check_annotate(opts, err) ?: check_serve(opts, err);
}
