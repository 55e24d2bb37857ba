/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/top/top.h"

#include <inttypes.h>
#include <string.h>
#include "user/base/age.h"
#include "user/base/columns.h"
#include "user/base/strbuf.h"
#include "user/top/rows.h"

#define WIDTH_MIN         30
#define HEIGHT_MIN        6
#define HEIGHT_OF_DETAILS 14 /* from here on the chosen row is shown in full */
#define DETAILS           6
#define KEY_MIN           18
#define WHY_MIN           20
#define LINE_ROOM         4096

/* Marks inside a line, as of sink/lines.h: what no outside string holds once it is escaped. */
#define PLAIN   "\x01"
#define STRONG  "\x02"
#define FAINT   "\x03"
#define INVERSE "\x06"

struct canvas {
	FILE *out;
	const struct ur_top_screen *screen;
	unsigned int row;
};

static void put_mark(const struct canvas *c, char mark)
{
	if (mark == PLAIN[0])
		fputs("\033[0m", c->out);
	else if (mark == INVERSE[0]) /* no colour: without it nobody sees which row it is */
		fputs("\033[7m", c->out);
	else if (c->screen->color)
		fputs(mark == STRONG[0] ? "\033[1m" : "\033[2m", c->out);
}

static void put_char(const struct canvas *c, const char *s, size_t n)
{
	if (!c->screen->ascii || !(*s & 0x80)) {
		fwrite(s, 1, n, c->out);
		return;
	}
	for (size_t i = 0; i < n; i++)
		fprintf(c->out, "\\x%02x", (unsigned char)s[i]);
}

/* One line of the screen, cut to its width. The last column of the last line stays empty: some
 * terminals scroll. */
static void put_line(struct canvas *c, const char *text)
{
	const unsigned int width = c->screen->width - (c->row + 1 == c->screen->height);
	unsigned int col = 0, columns;

	if (c->row >= c->screen->height)
		return;
	fprintf(c->out, "%s", c->row ? "\r\n" : "\033[H");
	while (*text) {
		size_t n;

		if (*text > 0 && *text < ' ') {
			put_mark(c, *text++);
			continue;
		}
		n = ur_columns_of(text, c->screen->ascii, &columns);
		if (col + columns > width)
			break;
		put_char(c, text, n);
		col += columns;
		text += n;
	}
	fputs("\033[0m\033[K", c->out);
	c->row++;
}

/* @text in @columns, cut or filled up with spaces. */
static void add_field(struct ur_buf *line, const char *text, unsigned int columns, bool ascii)
{
	char safe[UR_DIGEST_KEY * 4];
	struct ur_buf buf = UR_BUF(safe);
	const char *s = safe;
	unsigned int col = 0, w;

	ur_buf_add_safe(&buf, text);
	while (*s) {
		size_t n = ur_columns_of(s, ascii, &w);

		if (col + w > columns)
			break;
		ur_buf_add(line, "%.*s", (int)n, s);
		col += w;
		s += n;
	}
	ur_buf_add(line, "%*s", (int)(columns - col), "");
}

static void say_tenths(struct ur_buf *out, uint64_t tenths)
{
	char text[32];

	if (tenths < 1000)
		snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
	else
		snprintf(text, sizeof(text), "%" PRIu64, tenths / 10);
	ur_buf_add(out, "%9s ", text);
}

/* ---- the head ---- */

static void put_head(struct canvas *c, const struct ur_top_view *v, const struct ur_top *top)
{
	char text[LINE_ROOM];
	struct ur_buf line = UR_BUF(text);
	uint64_t s = v->ns / 1000000000;

	ur_buf_add(&line, STRONG "unreach" PLAIN " ");
	ur_buf_add_safe(&line, v->source);
	ur_buf_add(&line, "  %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60,
		   s % 60);
	ur_buf_add(&line,
		   "  " STRONG "%" PRIu64 PLAIN " sent, " STRONG "%" PRIu64 PLAIN " suppressed",
		   v->totals.outcome[UR_OUTCOME_SENT], v->totals.outcome[UR_OUTCOME_SUPPRESSED]);
	if (v->totals.outcome[UR_OUTCOME_UNKNOWN])
		ur_buf_add(&line, ", %" PRIu64 " not known", v->totals.outcome[UR_OUTCOME_UNKNOWN]);
	if (v->reading)
		ur_buf_add(&line, "  reading...");
	if (top->paused)
		ur_buf_add(&line, "  " INVERSE " paused " PLAIN);
	put_line(c, text);
}

static const char *const titles[UR_DIGEST_KINDS] = {
	[UR_DIGEST_CAUSES] = "Causes", [UR_DIGEST_PORTS] = "Ports",
	[UR_DIGEST_PEERS] = "Peers",   [UR_DIGEST_RULES] = "Rules",
	[UR_DIGEST_NETNS] = "Netns",   [UR_DIGEST_RECEIVED] = "Received",
};

static void put_tabs(struct canvas *c, const struct ur_top *top, const struct ur_top_view *v)
{
	char text[LINE_ROOM];
	struct ur_buf line = UR_BUF(text);

	for (int kind = 0; kind < UR_DIGEST_KINDS; kind++)
		if (kind != UR_DIGEST_RECEIVED || v->received)
			ur_buf_add(&line, "%s%d %s (%zu)" PLAIN "  ",
				   kind == (int)top->kind ? INVERSE : "", kind + 1, titles[kind],
				   v->digest.table[kind].n);
	put_line(c, text);
}

/* ---- the table ---- */

/* Columns of the name; *@why those of the example, 0 where there is no room for it. A rule's name
 * is worth more than the example, which tells it again. */
static unsigned int key_width(const struct canvas *c, enum ur_digest_kind kind,
			      const struct ur_top_rows *rows, unsigned int *why)
{
	const bool whole = kind == UR_DIGEST_RULES || kind == UR_DIGEST_RECEIVED;
	const unsigned int left = c->screen->width > 29 ? c->screen->width - 28 : 1;
	unsigned int longest = KEY_MIN;

	for (size_t i = 0; i < rows->n; i++)
		if (strlen(rows->row[i]->key) > longest)
			longest = (unsigned int)strlen(rows->row[i]->key);
	*why = 0;
	if (left < KEY_MIN + 1 + WHY_MIN || (whole && longest + 1 + WHY_MIN > left))
		return left;
	if (longest + 1 + WHY_MIN > left)
		longest = left - 1 - WHY_MIN;
	*why = left - 1 - longest;
	return longest;
}

/* What it is ordered by stands out. */
static const char *mark_of(const struct ur_top *top, enum ur_top_order order)
{
	return top->order == order ? INVERSE : "";
}

static void put_columns(struct canvas *c, const struct ur_top *top, const struct ur_top_view *v,
			unsigned int key, unsigned int why)
{
	static const char *const names[UR_DIGEST_KINDS] = {
		[UR_DIGEST_CAUSES] = "CAUSE", [UR_DIGEST_PORTS] = "PORT",
		[UR_DIGEST_PEERS] = "PEER",   [UR_DIGEST_RULES] = "RULE",
		[UR_DIGEST_NETNS] = "NETNS",  [UR_DIGEST_RECEIVED] = "FROM, ABOUT, TOLD",
	};
	char text[LINE_ROOM];
	struct ur_buf line = UR_BUF(text);

	ur_buf_add(&line, "   %s%6s" PLAIN, mark_of(top, UR_TOP_BY_RATE),
		   v->replayed ? "MEAN/s" : "RATE/s");
	ur_buf_add(&line, "     %s%5s" PLAIN, mark_of(top, UR_TOP_BY_COUNT), "COUNT");
	ur_buf_add(&line, "    %s%4s" PLAIN " ", mark_of(top, UR_TOP_BY_LAST),
		   v->replayed ? "LAST" : "AGO");
	ur_buf_add(&line, "%s%s" PLAIN, mark_of(top, UR_TOP_BY_NAME), names[top->kind]);
	if (why)
		ur_buf_add(&line, "%*sFIRST EXAMPLE", (int)(key + 1 - strlen(names[top->kind])),
			   "");
	put_line(c, text);
}

static void say_last(struct ur_buf *line, const struct ur_top_view *v,
		     const struct ur_digest_entry *e)
{
	const int64_t seconds = v->now.tv_sec - e->last.tv_sec;
	char text[24] = "now";
	struct ur_buf age = UR_BUF(text);
	struct tm tm;

	if (v->replayed && localtime_r(&e->last.tv_sec, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	else if (seconds >= 120)
		ur_say_age(&age, (uint64_t)seconds * 1000000000);
	else if (seconds > 0)
		snprintf(text, sizeof(text), "%d s", (int)seconds);
	ur_buf_add(line, "%8s ", text);
}

static void put_row(struct canvas *c, const struct ur_top *top, const struct ur_top_view *v,
		    const struct ur_top_rows *rows, size_t i, unsigned int key, unsigned int why)
{
	const struct ur_digest_entry *e = rows->row[i];
	char text[LINE_ROOM];
	struct ur_buf line = UR_BUF(text);

	if (i == rows->chosen)
		ur_buf_add(&line, INVERSE);
	say_tenths(&line, rows->tenths[i]);
	ur_buf_add(&line, "%8" PRIu64 "%s", e->count, v->digest.table[top->kind].other ? "+" : " ");
	say_last(&line, v, e);
	add_field(&line, e->key, key, c->screen->ascii);
	if (why) {
		ur_buf_add(&line, " ");
		add_field(&line, e->example, why, c->screen->ascii);
	}
	put_line(c, text);
}

/* ---- the chosen row in full ---- */

/* @label and @text in up to @lines lines, broken at spaces. */
static void put_wrapped(struct canvas *c, const char *label, const char *text, int lines)
{
	const unsigned int hang = (unsigned int)strlen(label);
	const unsigned int room = c->screen->width > hang + 12 ? c->screen->width - hang - 4 : 8;
	char safe[UR_DIGEST_EXAMPLE * 4], out[LINE_ROOM];
	struct ur_buf buf = UR_BUF(safe);
	const char *s = safe;

	ur_buf_add_safe(&buf, text);
	for (int i = 0; i < lines && (*s || !i); i++) {
		struct ur_buf line = UR_BUF(out);
		unsigned int col = 0, w;
		size_t n = 0, space = 0;

		while (s[n]) {
			size_t bytes = ur_columns_of(s + n, c->screen->ascii, &w);

			if (col + w > room)
				break;
			space = s[n] == ' ' ? n : space;
			col += w;
			n += bytes;
		}
		if (s[n] && space && i + 1 < lines)
			n = space;
		if (i)
			ur_buf_add(&line, "%*s", (int)hang, "");
		else
			ur_buf_add(&line, FAINT "%s" PLAIN, label);
		ur_buf_add(&line, "%.*s%s", (int)n, s, s[n] && i + 1 == lines ? "..." : "");
		put_line(c, out);
		s += n + (s[n] == ' ');
	}
}

static void put_details(struct canvas *c, const struct ur_top_rows *rows)
{
	const struct ur_digest_entry *e = rows->n ? rows->row[rows->chosen] : NULL;

	if (!e)
		return;
	put_line(c, "");
	put_wrapped(c, " first ", e->flow, 1);
	put_wrapped(c, "   why ", e->example, 2);
	if (e->next[0])
		put_wrapped(c, "  next ", e->next, 2);
}

/* ---- the foot ---- */

static void put_foot(struct canvas *c, const struct ur_top *top, const struct ur_top_rows *rows,
		     size_t page)
{
	static const char *const orders[UR_TOP_ORDERS] = { "rate", "count", "last", "name" };
	char text[LINE_ROOM];
	struct ur_buf line = UR_BUF(text);

	while (c->row + 1 < c->screen->height)
		put_line(c, "");
	ur_buf_add(&line, FAINT "q quit  tab table  s sort: %s%s  space %s  ? keys",
		   orders[top->order], top->reversed ? ", reversed" : "",
		   top->paused ? "go on" : "pause");
	if (rows->n > page)
		ur_buf_add(&line, "  rows %zu-%zu of %zu", top->first + 1,
			   top->first + page < rows->n ? top->first + page : rows->n, rows->n);
	put_line(c, text);
}

static void put_help(struct canvas *c)
{
	static const char *const lines[] = {
		"",
		"  1 2 3 4 5      causes, ports, peers, rules, network namespaces",
		"  tab, left, right  the next table, the one before",
		"  up, down, j, k    choose a row; page up, page down, home, end",
		"  s              sort by rate, count, last time, name",
		"  r              in the other direction",
		"  space, p       pause, and go on; counting goes on meanwhile",
		"  q, Ctrl-C      quit; Ctrl-Z stops",
		"",
		"  RATE/s is of the last 10 seconds. 64 rows are kept of a table: with +,",
		"  there were at least so many.",
		"",
		"  Any key goes back.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		put_line(c, lines[i]);
}

/* Keep the chosen row on the page. */
static void scroll(struct ur_top *top, const struct ur_top_rows *rows, size_t page)
{
	top->page = page;
	if (top->first > rows->chosen)
		top->first = rows->chosen;
	if (page && rows->chosen >= top->first + page)
		top->first = rows->chosen - page + 1;
	if (top->first + page > rows->n)
		top->first = rows->n > page ? rows->n - page : 0;
}

static void put_table(struct canvas *c, struct ur_top *top, const struct ur_top_view *v)
{
	const unsigned int details = c->screen->height >= HEIGHT_OF_DETAILS ? DETAILS : 0;
	const size_t page = c->screen->height - c->row - 1 /* names */ - details - 1 /* foot */;
	struct ur_top_rows rows;
	unsigned int key, why;

	ur_top_rows(&rows, top, v);
	scroll(top, &rows, page);
	key = key_width(c, top->kind, &rows, &why);
	put_columns(c, top, v, key, why);
	for (size_t i = top->first; i < rows.n && i < top->first + page; i++)
		put_row(c, top, v, &rows, i, key, why);
	if (!rows.n)
		put_line(c, top->kind == UR_DIGEST_RULES ? "          none by a rule so far" :
							   "          nothing so far");
	if (details) {
		while (c->row + details + 1 < c->screen->height)
			put_line(c, "");
		put_details(c, &rows);
	}
	put_foot(c, top, &rows, page);
}

void ur_top_draw(FILE *out, struct ur_top *top, const struct ur_top_view *view,
		 const struct ur_top_screen *screen)
{
	struct canvas c = { out, screen, 0 };
	char text[64];

	if (!screen->width || !screen->height)
		return;
	if (screen->width < WIDTH_MIN || screen->height < HEIGHT_MIN) {
		snprintf(text, sizeof(text), "%ux%u is too small", screen->width, screen->height);
		put_line(&c, text);
	} else if (top->help) {
		put_head(&c, view, top);
		put_help(&c);
	} else {
		put_head(&c, view, top);
		put_tabs(&c, top, view);
		put_table(&c, top, view);
	}
	fputs("\033[J", out);
}
