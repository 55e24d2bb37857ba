/* SPDX-License-Identifier: GPL-2.0-only */
/* text.c - strings that the outside world chose, made safe and wrapped.
 *
 * An input is a room, and text.
 */
#include "tests/fuzz/shown.h"
#include "user/cause.h"
#include "user/verdict/encap.h"
#include "user/sink/lines.h"
#include "user/verdict/parts.h"

static void make_safe(const char *text, size_t room)
{
	char *out = fuzz_alloc(room);
	size_t n = ur_escape(out, room, text);
	struct ur_buf buf;

	must(n == strlen(out) && n < room);
	must_be_plain(out, "");
	must(ur_utf8_clean(out, room, text) == strlen(out));
	must(ur_utf8_clean(out, room, out) == strlen(out));
	buf = ur_buf_over(out, room);
	ur_buf_add_safe(&buf, text);
	must(buf.len == strlen(out) && buf.len < room);
	must_be_plain(out, "");
	buf = ur_buf_over(out, room);
	ur_buf_add(&buf, "%s", text);
	must(buf.len == strlen(out) && buf.len < room);
	buf = ur_buf_over(out, room);
	if (ur_say_shell_word(&buf, text))
		must(out[0] || buf.cut);
	free(out);
}

static void wrap(const char *text, uint8_t width)
{
	struct ur_lines lines = { .width = width, .color = false };
	char safe[512];
	struct capture c;

	ur_escape(safe, sizeof(safe), text);
	capture_open(&c);
	lines.out = c.out;
	ur_lines_put(&lines, safe, width / 4);
	fflush(c.out);
	must(c.len && c.text[c.len - 1] == '\n');
	must_be_plain(c.text, "\n");
	capture_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	const uint8_t room = fuzz_u8(&f);
	char *text = fuzz_text(&f, '\0');

	ur_cause_known(text, strlen(text));
	ur_encap_find(text);
	must(ur_symbol_length(text) <= strlen(text));
	make_safe(text, 1u + room);
	wrap(text, room);
	free(text);
	return 0;
}
