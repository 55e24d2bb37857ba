/* SPDX-License-Identifier: GPL-2.0-only */
/* filter.c - pcap filter expressions, compiled and run; names are looked up in our own files.
 *
 * An input is an expression, terminated, and a packet.
 */
#include <errno.h>
#include "tests/fuzz/shown.h"
#include "user/packet/filter.h"
#include "user/base/static.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	struct ur_filter *filter = NULL;
	char err[256] = "", *words[2];
	uint8_t *packet;
	int r;

	ur_static_files = (struct ur_static_files){ "/dev/null", "/dev/null" };
	words[0] = fuzz_text(&f, ' ');
	words[1] = fuzz_text(&f, '\0');
	packet = fuzz_copy(f.at, f.left);
	r = ur_filter_new(words, 2, err, sizeof(err), &filter);
	must(r == 0 || r == -EINVAL);
	must(!r == (err[0] == '\0'));
	must_be_plain(err, "");
	if (!r) {
		ur_filter_match(filter, packet, f.left, (uint32_t)f.left);
		ur_filter_match(filter, packet, f.left, 1500);
	}
	ur_filter_free(filter);
	free(packet);
	free(words[0]);
	free(words[1]);
	return 0;
}
