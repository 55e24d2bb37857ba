/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "user/sink/pcapng.h"

static unsigned int columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col ? 0 : size.ws_col;
}

static bool colored(void)
{
	const char *no_color = getenv("NO_COLOR"); /* no-color.org: any value but "" */

	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

/* For people, or for programs. */
static int lines_new(const struct ur_options *o, struct ur_sink **ret)
{
	struct ur_text_opts text = {
		.width = isatty(STDOUT_FILENO) ? columns() : 0,
		.color = colored(),
		.quiet = o->quiet,
		.numeric = o->numeric,
		.times = o->times,
		.verbose = o->verbose,
	};

	return o->json ? ur_sink_json_new(stdout, ret) : ur_sink_text_new(stdout, &text, ret);
}

static int file_new(const struct ur_options *o, struct ur_sink **ret)
{
	const struct ur_pcapng_opts opts = {
		.path = o->write,
		.out = stdout,
		.snapped = o->snaplen != UR_SNAPLEN_HEADERS,
		.snaplen = (uint32_t)(o->snaplen ?: UR_SNAP_MAX),
		.rotate = { .bytes = o->file_bytes, .seconds = o->file_seconds, .files = o->files },
	};

	return ur_sink_pcapng_new(&opts, ret);
}

static int events_new(const struct ur_options *opts, struct ur_sink **ret)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *file = NULL, *lines = NULL;
	int r = opts->write ? file_new(opts, &file) : 0;

	if (!r && (!opts->write || opts->print))
		r = lines_new(opts, &lines);
	if (r)
		return r;
	if (file && lines)
		return ur_sink_tee_new(&file, &lines, ret);
	*ret = file ? ur_take(file) : ur_take(lines);
	return 0;
}

/* What it came to goes where events are read, unless that is a file for programs. */
int ur_output_new(const struct ur_options *opts, struct ur_sink **ret)
{
	const bool taken = opts->write && !strcmp(opts->write, "-");
	const struct ur_digest_opts digest = {
		.width = !taken && isatty(STDOUT_FILENO) ? columns() : 0,
		.color = !taken && colored(),
		.json = opts->json,
	};
	ur_cleanup(ur_sink_freep) struct ur_sink *events = NULL;
	int r = events_new(opts, &events);

	if (!r && opts->summary)
		return ur_sink_digest_new(taken ? stderr : stdout, &digest, &events, ret);
	if (!r)
		*ret = ur_take(events);
	return r;
}

const char *ur_output_name(const struct ur_options *opts)
{
	return opts->write && strcmp(opts->write, "-") ? opts->write : "standard output";
}
