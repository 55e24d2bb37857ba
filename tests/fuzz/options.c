/* SPDX-License-Identifier: GPL-2.0-only */
/* options.c - the command line: words, each terminated. */
#include <errno.h>
#include "tests/fuzz/shown.h"
#include "user/options.h"

#define WORDS_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	char *words[WORDS_MAX + 1] = { strdup("unreach") }, *owned[WORDS_MAX + 1];
	struct ur_options opts = {};
	char err[256] = "";
	int n = 1, r;

	while (f.left && n < WORDS_MAX)
		words[n++] = fuzz_text(&f, '\0');
	memcpy(owned, words, sizeof(owned));
	r = ur_options_parse(n, words, &opts, err, sizeof(err));
	must(r == 0 || r == -EINVAL);
	must(!r || err[0]);
	must_be_plain(err, "");
	if (!r && !opts.help && !opts.version) {
		must(opts.netns && opts.nfilter < (size_t)n);
		for (size_t i = 0; i < opts.nfilter; i++)
			must(opts.filter[i]);
	}
	for (int i = 0; i < n; i++)
		free(owned[i]);
	return 0;
}
