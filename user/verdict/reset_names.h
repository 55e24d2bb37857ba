/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* reset_names.h - what a kernel calls its reasons for a TCP reset. */
#include <stdint.h>

#define UR_RESET_NAMES_MAX 64
#define UR_RESET_NAME_MAX  40

/* enum sk_rst_reason (v6.10 on), by number and without its prefix; "" where there is none. */
struct ur_reset_names {
	char name[UR_RESET_NAMES_MAX][UR_RESET_NAME_MAX];
};
