/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* faults.h - which call is to fail. */
#include <stdbool.h>

#define FAULT_NAME_MAX 32

enum fault_kind { FAULT_MEMORY, FAULT_OPEN, FAULT_CALL, FAULT_THREAD, FAULT_BPF, FAULT_KINDS };

struct fault {
	char *hit; /* the function that failed, shared with the parent; NULL: not armed */
	enum fault_kind kind;
	unsigned int nth;   /* from 1 */
	unsigned int calls; /* of the kind so far */
	bool all;           /* all later ones fail as well */
	int error;          /* of FAULT_BPF */
};

extern struct fault fault;
