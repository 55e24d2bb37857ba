/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/top/top.h"

#include <stdlib.h>
#include <string.h>
#include "user/top/rows.h"

static const struct {
	const char *seq;
	int key;
} sequences[] = {
	{ "\033[A", UR_KEY_UP },         { "\033[B", UR_KEY_DOWN }, { "\033[C", UR_KEY_RIGHT },
	{ "\033[D", UR_KEY_LEFT },       { "\033OA", UR_KEY_UP },   { "\033OB", UR_KEY_DOWN },
	{ "\033OC", UR_KEY_RIGHT },      { "\033OD", UR_KEY_LEFT }, { "\033[5~", UR_KEY_PAGE_UP },
	{ "\033[6~", UR_KEY_PAGE_DOWN }, { "\033[H", UR_KEY_HOME }, { "\033[F", UR_KEY_END },
	{ "\033[1~", UR_KEY_HOME },      { "\033[4~", UR_KEY_END }, { "\033OH", UR_KEY_HOME },
	{ "\033OF", UR_KEY_END },        { "\033[Z", UR_KEY_LEFT },
};
#define SEQUENCES (sizeof(sequences) / sizeof(sequences[0]))

/* Of a sequence that is not known, all is swallowed up to its last byte. */
static bool is_over(const struct ur_top_keys *k)
{
	const char last = k->seq[k->n - 1];

	if (k->n < 2)
		return false;
	if (k->n == 2)
		return last != '[' && last != 'O';
	return k->seq[1] == 'O' || (last >= 0x40 && last <= 0x7e);
}

int ur_top_keys_add(struct ur_top_keys *k, char byte)
{
	if (byte == '\033')
		k->n = 0;
	else if (!k->n)
		return (unsigned char)byte;
	if (k->n < sizeof(k->seq) - 1)
		k->seq[k->n++] = byte;
	k->seq[k->n] = '\0';
	for (size_t i = 0; i < SEQUENCES; i++)
		if (!strcmp(k->seq, sequences[i].seq)) {
			k->n = 0;
			return sequences[i].key;
		}
	k->seq[k->n - 1] = byte;
	if (!is_over(k))
		return UR_KEY_NONE;
	/* Alt and a key is that key: so is one right after Escape. */
	byte = k->n == 2 && k->seq[1] != 'O' ? byte : UR_KEY_NONE;
	k->n = 0;
	return (unsigned char)byte;
}

static size_t kinds(const struct ur_top_view *view)
{
	return view->received ? UR_DIGEST_KINDS : UR_DIGEST_RECEIVED;
}

static void show_kind(struct ur_top *top, size_t kind)
{
	if (kind != top->kind)
		top->chosen[0] = '\0';
	top->kind = (enum ur_digest_kind)kind;
	top->first = 0;
}

/* Move by so many rows, as far as there are some. */
static void move(struct ur_top *top, const struct ur_top_view *view, long by)
{
	struct ur_top_rows rows;
	long to;

	ur_top_rows(&rows, top, view);
	if (!rows.n)
		return;
	to = (long)rows.chosen + by;
	to = to < 0 ? 0 : to >= (long)rows.n ? (long)rows.n - 1 : to;
	memcpy(top->chosen, rows.row[to]->key, sizeof(top->chosen));
}

static bool press_move(struct ur_top *top, const struct ur_top_view *view, int key)
{
	const long page = top->page ? (long)top->page : 1;

	switch (key) {
	case UR_KEY_UP:
	case 'k':
		move(top, view, -1);
		return true;
	case UR_KEY_DOWN:
	case 'j':
		move(top, view, 1);
		return true;
	case UR_KEY_PAGE_UP:
		move(top, view, -page);
		return true;
	case UR_KEY_PAGE_DOWN:
		move(top, view, page);
		return true;
	case UR_KEY_HOME:
	case 'g':
		move(top, view, -UR_DIGEST_MAX);
		return true;
	case UR_KEY_END:
	case 'G':
		move(top, view, UR_DIGEST_MAX);
		return true;
	default:
		return false;
	}
}

static bool press_kind(struct ur_top *top, const struct ur_top_view *view, int key)
{
	const size_t n = kinds(view);

	if (key >= '1' && key < '1' + (int)n)
		show_kind(top, (size_t)(key - '1'));
	else if (key == '\t' || key == UR_KEY_RIGHT)
		show_kind(top, (top->kind + 1) % n);
	else if (key == UR_KEY_LEFT)
		show_kind(top, (top->kind + n - 1) % n);
	else
		return false;
	return true;
}

void ur_top_press(struct ur_top *top, const struct ur_top_view *view, int key)
{
	if (key == 'q' || key == 'Q') {
		top->quit = true;
		return;
	}
	if (top->help || key == '?' || key == 'h') {
		top->help = !top->help;
		return;
	}
	if (press_move(top, view, key) || press_kind(top, view, key))
		return;
	if (key == 's')
		top->order = (top->order + 1) % UR_TOP_ORDERS;
	else if (key == 'r')
		top->reversed = !top->reversed;
	else if (key == ' ' || key == 'p')
		top->paused = !top->paused;
}
