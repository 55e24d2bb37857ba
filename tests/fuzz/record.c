/* SPDX-License-Identifier: GPL-2.0-only */
/* record.c - recorded evidence: JSON that comes from a file, and so from anybody. */
#include <errno.h>
#include "tests/fuzz/shown.h"

/* A packet for it to be about. */
static const uint8_t packet[] = { 0x45, 0, 0, 61, 0, 0, 0, 0, 64, 0,    17,   0,    10,
				  0,    0, 7, 10, 0, 0, 5, 0, 0,  0xcf, 0xdb, 0x1f, 0xbd };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ur_evidence ev;
	static struct ur_report report;
	const struct timespec time = { 1795229120, 123456789 };
	const size_t snap = size % (sizeof(packet) + 1);
	int r = ur_record_read((const char *)data, size, packet, snap, &time, &ev);

	must(!r || r == -EPROTO || r == -ENOTSUP);
	if (!r)
		show_event(&ev, &report, (uint8_t)size);
	return 0;
}
