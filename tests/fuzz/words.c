/* SPDX-License-Identifier: GPL-2.0-only */
/* words.c - the words of rules, taken one by one, wherever the text is cut.
 *
 * An input is a kind of field, and text.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/enrich/trees.h"
#include "user/enrich/nat_words.h"
#include "user/enrich/nft_cursor.h"
#include "user/enrich/nft_ending.h"
#include "user/enrich/nft_key.h"
#include "user/enrich/nft_set.h"

static void take_words(const char *text, size_t len, const struct ur_flow *flow)
{
	const char *at = text, *end = text + len;
	struct ur_cursor c = { text, end };
	struct ur_nft_ending ending;
	struct ur_token token;
	struct ur_key key = {};

	while (ur_token_next(&at, end, &token))
		must(token.at >= text && token.at + token.len <= end && at <= end);
	while (ur_cursor_skip_value(&c))
		must(c.at <= end);
	if (ur_nft_find_ending(text, end, &ending) && ending.inline_map) {
		bool goes;

		at = ending.inline_map;
		while (ur_nft_next_lead(&at, end, &token, &goes))
			must(token.at + token.len <= end);
	}
	at = text;
	if (!ur_nft_key_take(&at, end, flow, &key))
		return;
	must(at <= end && key.n <= UR_KEY_FIELDS);
	ur_nft_group_find(&at, end, &key, flow, &token);
	must(at <= end);
}

static void take_nat_words(const char *text)
{
	char word[UR_NAT_WORD_MAX];

	while (ur_nat_word(&text, word))
		must(strlen(word) < sizeof(word));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ur_evidence ev;
	struct fuzz f = { data, size };
	const uint8_t field = fuzz_u8(&f);
	struct ur_flow flow = flow_to(&ev, field & 0x80 ? "fd00::2" : "10.219.7.2", 5001);
	char *text = fuzz_text(&f, '\0');
	char *exact = fuzz_copy(text, strlen(text)); /* not terminated */

	must(ur_flow_fits(&flow, field % (UR_FIELD_OIF + 1), exact, strlen(text)) <= UR_FIT_YES);
	ur_flow_proto_number(exact, strlen(text));
	take_words(exact, strlen(text), &flow);
	take_nat_words(text);
	free(exact);
	free(text);
	return 0;
}
