/* SPDX-License-Identifier: GPL-2.0-only */
/* metrics.c - what a client of --serve sends that we read, where it listens, and names in labels.
 *
 * An input is a text up to 0, taken for an Accept header and for an address, and then names.
 */
#include "tests/fuzz/fuzz.h"
#include "user/host/listen.h"
#include "user/serve/metrics.h"

#define PAGE (1 << 18)

/* A sample: a name, labels in quotes whose ends are found, and a value. */
static void must_be_sample(const char *line, const char *end)
{
	bool quoted = false;

	must(end - line > 9 && (!memcmp(line, "unreach_", 8) || !memcmp(line, "process_", 8)));
	for (; line < end && (quoted || *line != ' '); line++) {
		must((unsigned char)*line >= ' ' && *line != 0x7f);
		if (*line == '\\')
			line++;
		else
			quoted = quoted != (*line == '"');
	}
	must(!quoted && line + 1 < end && *line == ' ');
	must(line[1] >= '0' && line[1] <= '9');
}

static void must_be_metrics(const char *page, size_t len)
{
	const char *end = page + len, *stop;

	for (const char *line = page; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		must(stop);
		if (*line != '#')
			must_be_sample(line, stop);
	}
}

static void render(struct ur_series_set *names, const char *version, enum ur_form form)
{
	static char page[PAGE];
	const struct ur_totals totals = {};
	const struct ur_metrics_now now = { .version = version, .received = true };
	const struct ur_metrics_view view = { .answers = names,
					      .causes = names,
					      .ports = names,
					      .totals = &totals,
					      .now = &now,
					      .missed_known = true };
	FILE *out = fmemopen(page, sizeof(page), "w");

	must(out);
	ur_metrics_write(&view, form, out);
	must(!fclose(out));
	must_be_metrics(page, strlen(page));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	struct ur_series_set *names = NULL;
	char *text = fuzz_text(&f, '\0');
	const enum ur_form form = ur_accept_form(text);
	struct ur_listen where = {};
	int r = ur_listen_parse(text, &where);

	must(form == UR_FORM_TEXT || form == UR_FORM_OPENMETRICS);
	must(r ? r == -EINVAL && !where.n : where.n >= 1 && where.n <= UR_LISTEN_MAX);
	must(!ur_series_new(5, 4, 1, &names));
	for (int i = 0; i < 8 && f.left; i++) {
		char *name = fuzz_text(&f, '\0');
		const char *const labels[] = { name, "ipv4", text, name, "sent" };

		ur_series_add(names, labels, 1, (uint64_t)i);
		free(name);
	}
	render(names, text, form);
	ur_series_free(names);
	free(text);
	return 0;
}
