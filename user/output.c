/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "user/base/columns.h"
#include "user/sink/pcapng.h"
#include "user/sink/redacted.h"

static unsigned int columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col ? 0 : size.ws_col;
}

static bool colored(void)
{
	const char *no_color = getenv("NO_COLOR"); /* no-color.org: any value but "" */

	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}

static int top_new(const struct ur_options *o, struct ur_sink **ret)
{
	struct utsname host = {};
	struct ur_top_opts top = {
		.source = o->read ?: host.nodename,
		.replayed = o->read,
		.received = o->received,
		.numeric = o->numeric,
		.color = colored(),
		.ascii = ur_locale_ascii(),
	};

	uname(&host);
	if (o->read && strrchr(o->read, '/'))
		top.source = strrchr(o->read, '/') + 1;
	return ur_sink_top_new(&top, ret);
}

/* For people, or for programs. */
static int lines_new(const struct ur_options *o, struct ur_outlet *log, struct ur_sink **ret)
{
	struct ur_text_opts text = {
		.width = isatty(STDOUT_FILENO) ? columns() : 0,
		.color = colored(),
		.ascii = ur_locale_ascii(),
		.quiet = o->quiet,
		.numeric = o->numeric,
		.times = o->times,
		.verbose = o->verbose,
	};

	if (o->top)
		return top_new(o, ret);
	if (log)
		return ur_sink_outlet_new(log, ret);
	return o->json ? ur_sink_json_new(stdout, ret) : ur_sink_text_new(stdout, &text, ret);
}

static int file_new(const struct ur_options *o, struct ur_sink **ret)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *file = NULL;
	const struct ur_pcapng_opts opts = {
		.path = o->write,
		.out = stdout,
		.snapped = o->snaplen != UR_SNAPLEN_HEADERS,
		.snaplen = (uint32_t)(o->snaplen ?: UR_SNAP_MAX),
		.rotate = { .bytes = o->file_bytes, .seconds = o->file_seconds, .files = o->files },
	};

	int r = ur_sink_pcapng_new(&opts, &file);

	if (!r && o->redact)
		return ur_sink_redacted_new(&file, ret);
	if (!r)
		*ret = ur_take(file);
	return r;
}

static int events_new(const struct ur_options *opts, struct ur_outlet *log, struct ur_sink **ret)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *file = NULL, *lines = NULL;
	int r = opts->write ? file_new(opts, &file) : 0;

	if (!r && (!opts->write || opts->print || opts->top))
		r = lines_new(opts, log, &lines);
	if (r)
		return r;
	if (file && lines)
		return ur_sink_tee_new(&file, &lines, ret);
	*ret = file ? ur_take(file) : ur_take(lines);
	return 0;
}

/* What it came to goes where events are read, unless that is a file for programs. */
static int digest_new(const struct ur_options *opts, struct ur_sink **inner, struct ur_sink **ret)
{
	const bool taken = opts->write && !strcmp(opts->write, "-");
	const struct ur_digest_opts digest = {
		.width = !taken && isatty(STDOUT_FILENO) ? columns() : 0,
		.color = !taken && colored(),
		.ascii = ur_locale_ascii(),
		.json = opts->json,
		.numeric = opts->numeric,
	};

	return ur_sink_digest_new(taken ? stderr : stdout, &digest, inner, ret);
}

static void say_part(struct ur_buf *out, const char *what, const char *value)
{
	if (value)
		ur_buf_add(out, "%s%s %s", out->len ? ", " : "", what, value);
}

/* What was asked for: nothing when that is everything. */
static void say_only(struct ur_buf *out, const struct ur_options *opts)
{
	say_part(out, "namespace", strcmp(opts->netns, "all") ? opts->netns : NULL);
	say_part(out, "interface", opts->interface);
	say_part(out, "causes", opts->cause);
	for (size_t i = 0; i < opts->nfilter; i++)
		ur_buf_add(out, "%s%s",
			   i        ? " " :
			   out->len ? ", filter " :
				      "filter ",
			   opts->filter[i]);
}

static int html_new(const struct ur_options *opts, struct ur_sink **inner, struct ur_sink **ret)
{
	struct utsname host = {};
	char text[512], kernel[sizeof(host.release) + sizeof(host.machine) + 16] = "";
	struct ur_buf only = UR_BUF(text);
	struct ur_html_opts html = { .path = opts->html,
				     .source = opts->read ?: host.nodename,
				     .kernel = kernel,
				     .only = text,
				     .replayed = opts->read,
				     .numeric = opts->numeric };

	uname(&host);
	if (!opts->read)
		snprintf(kernel, sizeof(kernel), "Linux %s, %s", host.release, host.machine);
	if (opts->read && !strcmp(opts->read, "-"))
		html.source = "standard input";
	say_only(&only, opts);
	return ur_sink_html_new(&html, inner, ret);
}

int ur_output_new(const struct ur_options *opts, struct ur_outlet *log, const char **what,
		  struct ur_sink **ret)
{
	ur_cleanup(ur_sink_freep) struct ur_sink *sink = NULL, *outer = NULL;
	int r = events_new(opts, log, &sink);

	*what = opts->write && strcmp(opts->write, "-") ? opts->write : "standard output";
	if (!r && opts->summary) {
		r = digest_new(opts, &sink, &outer);
		sink = r ? sink : ur_take(outer);
	}
	if (!r && opts->html) {
		*what = opts->html;
		r = html_new(opts, &sink, &outer);
		sink = r ? sink : ur_take(outer);
	}
	if (!r)
		*ret = ur_take(sink);
	return r;
}

void ur_output_say(struct ur_buf *out, const struct ur_options *opts)
{
	ur_buf_add(out, "%s",
		   opts->write && strcmp(opts->write, "-") ? opts->write : "standard output");
	if (opts->html)
		ur_buf_add(out, " or %s", opts->html);
}
