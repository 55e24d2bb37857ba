/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/sink/html_chart.h"

#include <inttypes.h>
#include "user/base/age.h"
#include "user/sink/html_text.h"
#include "user/sink/times.h"
#include "user/base/strbuf.h"

#define NS_PER_S UINT64_C(1000000000)
#define BARS_MIN 24 /* fewer would be walls */
#define BAR      10 /* units of the drawing: a bar and the gap behind it */
#define GAP      1.5
#define HEIGHT   100
#define LEAST    2.0 /* what is there must be seen */

void ur_hues_pick(struct ur_hues *hues, const struct ur_digest_table *causes)
{
	hues->n = 0;
	for (size_t i = 0; i < causes->n && hues->n < UR_HTML_HUES - 1; i++)
		hues->cause[hues->n++] = causes->entry[i].cause;
}

unsigned int ur_hue_of(const struct ur_hues *hues, enum ur_cause cause)
{
	unsigned int i = 0;

	while (i < hues->n && hues->cause[i] != cause)
		i++;
	return i < hues->n ? i : UR_HTML_HUES - 1;
}

static struct timespec moment(uint64_t ns)
{
	return (struct timespec){ (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };
}

static void sum_hues(const struct ur_bar *bar, const struct ur_hues *hues,
		     uint64_t sum[UR_HTML_HUES])
{
	for (int i = 0; i < UR_HTML_HUES; i++)
		sum[i] = 0;
	for (int cause = 0; cause < UR_CAUSE_MAX_; cause++)
		sum[ur_hue_of(hues, cause)] += bar->cause[cause];
}

static const char *hue_name(const struct ur_hues *hues, unsigned int hue)
{
	return hue < hues->n ? ur_cause_info(hues->cause[hue])->slug : "other causes";
}

/* What a pointer that rests on the bar is told. */
static void put_title(FILE *out, const struct ur_timeline *t, uint32_t i, const uint64_t *sum,
		      const struct ur_hues *hues)
{
	const struct timespec begin = moment(t->origin + i * t->width);
	char text[64];
	struct ur_buf clock = UR_BUF(text);

	ur_say_moment(&clock, &begin, &begin);
	fprintf(out, "<title>%s", text);
	for (unsigned int hue = 0; hue < UR_HTML_HUES; hue++)
		if (sum[hue])
			fprintf(out, "\n%" PRIu64 " %s", sum[hue], hue_name(hues, hue));
	fputs("</title>", out);
}

static void put_bar(FILE *out, const struct ur_timeline *t, uint32_t i, uint64_t most,
		    const struct ur_hues *hues)
{
	const struct ur_bar *bar = &t->bar[i];
	double unit = (double)HEIGHT / (double)most, below = 0;
	uint64_t sum[UR_HTML_HUES];

	if (!bar->all)
		return;
	if ((double)bar->all * unit < LEAST)
		unit = LEAST / (double)bar->all;
	sum_hues(bar, hues, sum);
	fputs("<g>", out);
	put_title(out, t, i, sum, hues);
	for (unsigned int hue = 0; hue < UR_HTML_HUES; hue++) {
		double height = (double)sum[hue] * unit;

		if (!sum[hue])
			continue;
		below += height;
		fprintf(out,
			"<rect class=\"h%u\" x=\"%u\" y=\"%.2f\" width=\"%.1f\" height=\"%.2f\"/>",
			hue, i * BAR, HEIGHT - below, BAR - GAP, height);
	}
	fputs("</g>\n", out);
}

static void put_axis(FILE *out, uint64_t from, uint64_t to)
{
	const struct timespec begin = moment(from), middle = moment(from + (to - from) / 2),
			      end = moment(to);

	fputs("<div class=\"axis\">", out);
	ur_html_time(out, &begin, NULL);
	ur_html_time(out, &middle, &begin);
	ur_html_time(out, &end, &begin);
	fputs("</div>\n", out);
}

static void put_legend(FILE *out, const struct ur_timeline *t, const struct ur_hues *hues)
{
	uint64_t total[UR_HTML_HUES] = {}, sum[UR_HTML_HUES];

	for (int i = 0; i < UR_BARS_MAX; i++) {
		sum_hues(&t->bar[i], hues, sum);
		for (int hue = 0; hue < UR_HTML_HUES; hue++)
			total[hue] += sum[hue];
	}
	fputs("<ul class=\"legend\">\n", out);
	for (unsigned int hue = 0; hue < UR_HTML_HUES; hue++) {
		if (!total[hue])
			continue;
		fprintf(out,
			"<li><svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"h%u\" "
			"width=\"1\" height=\"1\"/></svg>%s ",
			hue, hue_name(hues, hue));
		ur_html_number(out, total[hue]);
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
}

static void put_caption(FILE *out, uint64_t width, uint64_t most)
{
	char text[32];
	struct ur_buf buf = UR_BUF(text);

	ur_say_age(&buf, width);
	fprintf(out, "<figcaption>Answers by cause; a bar is %s, and the highest has ", text);
	ur_html_number(out, most);
	fputs(".</figcaption>\n</figure>\n", out);
}

void ur_html_chart(FILE *out, const struct ur_timeline *t, uint64_t to, const struct ur_hues *hues)
{
	uint32_t n = ur_timeline_end(t, to);
	uint64_t most = 0;

	n = n && n < BARS_MIN ? BARS_MIN : n;
	for (uint32_t i = 0; i < n; i++)
		most = t->bar[i].all > most ? t->bar[i].all : most;
	if (!most)
		return;
	fputs("<figure class=\"card\">\n<div class=\"plot\"><span class=\"most\">", out);
	ur_html_number(out, most);
	fprintf(out,
		"</span><svg viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\" role=\"img\" "
		"aria-label=\"Answers over time, by cause\">\n",
		n * BAR, HEIGHT);
	for (uint32_t i = 0; i < n; i++)
		put_bar(out, t, i, most, hues);
	fputs("</svg></div>\n", out);
	put_axis(out, t->origin, t->origin + n * t->width);
	put_legend(out, t, hues);
	put_caption(out, t->width, most);
}
