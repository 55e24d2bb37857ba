/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/capture.h"
#include "tests/unit/sample.h"
#include "user/sink/html_chart.h"

#define S  UINT64_C(1000000000)
#define T0 (SAMPLE_TIME * S)

static struct ur_timeline t;
static struct ur_digest_table causes;

static void hues(void **state)
{
	struct ur_hues h;

	(void)state;
	memset(&causes, 0, sizeof(causes));
	for (int i = 0; i < 9; i++)
		causes.entry[causes.n++].cause = UR_CAUSE_RULE_NFT - i;
	ur_hues_pick(&h, &causes);
	assert_int_equal(ur_hue_of(&h, UR_CAUSE_RULE_NFT), 0);
	assert_int_equal(ur_hue_of(&h, UR_CAUSE_RULE_NFT - 4), 4);
	assert_int_equal(ur_hue_of(&h, UR_CAUSE_RULE_NFT - 5), UR_HTML_HUES - 1);
	assert_int_equal(ur_hue_of(&h, UR_CAUSE_UNKNOWN), UR_HTML_HUES - 1);
}

static void draw(struct capture *c, uint64_t to)
{
	struct ur_hues h = { 1, { UR_CAUSE_RULE_NFT } };

	capture_open(c);
	ur_html_chart(c->out, &t, to, &h);
	fflush(c->out);
}

static void bars(void **state)
{
	struct capture c;

	(void)state;
	memset(&t, 0, sizeof(t));
	draw(&c, T0);
	assert_int_equal(c.len, 0);
	capture_close(&c);
	t.width = S;
	t.origin = T0;
	t.bar[0] = (struct ur_bar){
		.all = 1000, .cause = { [UR_CAUSE_RULE_NFT] = 750, [UR_CAUSE_SOCKET_NONE] = 250 }
	};
	t.bar[2] = (struct ur_bar){ .all = 1, .cause = { [UR_CAUSE_RULE_NFT] = 1 } };
	draw(&c, T0 + 2 * S);
	assert_non_null(strstr(c.text, "viewBox=\"0 0 240 100\""));
	assert_non_null(strstr(c.text, "<rect class=\"h0\" x=\"0\" y=\"25.00\" width=\"8.5\" "
				       "height=\"75.00\"/><rect class=\"h5\" x=\"0\" y=\"0.00\" "
				       "width=\"8.5\" height=\"25.00\"/>"));
	/* So few that they would not be seen. */
	assert_non_null(strstr(c.text, "x=\"20\" y=\"98.00\" width=\"8.5\" height=\"2.00\""));
	assert_non_null(strstr(c.text, "<title>02:45:20\n750 rule.nft\n250 other causes</title>"));
	assert_non_null(strstr(c.text, "rule.nft 751</li>"));
	assert_non_null(strstr(c.text, "a bar is 1.0 s, and the highest has 1,000."));
	assert_non_null(strstr(c.text, ">02:45:44</time></div>"));
	capture_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hues),
		cmocka_unit_test(bars),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
