/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* clock.h - the kernel side's clock, and the wall clock's time of what it says. */
#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC, in ns. */
uint64_t ur_clock_now(void);

/* CLOCK_REALTIME of @mono_ns of CLOCK_MONOTONIC, by the distance of the two clocks now. */
struct timespec ur_clock_real(uint64_t mono_ns);
