/* SPDX-License-Identifier: GPL-2.0-only */
/* filter.c - pcap filter expressions, compiled and run; names are looked up in our own files.
 *
 * An input is an expression, terminated, and a packet.
 */
#include <errno.h>
#include "tests/fuzz/shown.h"
#include "tests/unit/ebpf.h"
#include "user/packet/filter_ebpf.h"
#include "user/base/static.h"

/* The program that the kernel side gets says the same. */
static void translate(const struct ur_filter *filter, const uint8_t *data, size_t size)
{
	struct ur_filter_packet p = { .len = size < UR_SNAP_MAX ? (uint32_t)size : UR_SNAP_MAX };
	const struct ur_filter_insn *code;
	struct bpf_insn *prog;
	size_t n, nprog;
	int r;

	memcpy(p.snap, data, p.len);
	code = ur_filter_code(filter, &n);
	r = ur_filter_translate(code, n, EBPF_PACKET, EBPF_BUILDER, &prog, &nprog);
	must(!r || r == -ENOTSUP || r == -E2BIG);
	for (p.wire = (uint32_t)size; !r && p.wire <= 1500; p.wire += 1500)
		must(ebpf_run(prog, nprog, &p) == (ur_filter_match(filter, p.snap, p.len, p.wire) ?
							   UR_BUILD_PASS :
							   UR_BUILD_DROP));
	if (!r)
		free(prog);
}

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
		translate(filter, packet, f.left);
	}
	ur_filter_free(filter);
	free(packet);
	free(words[0]);
	free(words[1]);
	return 0;
}
