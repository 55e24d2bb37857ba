/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/base/age.h"

#include <inttypes.h>

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S  (1000 * MS)

/* From @above on, in units of @unit. */
static const struct {
	uint64_t above, unit;
	const char *name;
	bool tenths;
} steps[] = {
	{ 48 * 3600 * S, 24 * 3600 * S, "days", false },
	{ 2 * 3600 * S, 3600 * S, "h", false },
	{ 2 * 60 * S, 60 * S, "min", false },
	{ 10 * S, S, "s", false },
	{ 1 * S, S, "s", true },
	{ 10 * MS, MS, "ms", false },
	{ 0, MS, "ms", true },
};

void ur_say_age(struct ur_buf *out, uint64_t ns)
{
	size_t i = 0;

	while (ns < steps[i].above)
		i++;
	ur_buf_add(out, "%" PRIu64, ns / steps[i].unit);
	if (steps[i].tenths)
		ur_buf_add(out, ".%" PRIu64, ns % steps[i].unit * 10 / steps[i].unit);
	ur_buf_add(out, " %s", steps[i].name);
}
