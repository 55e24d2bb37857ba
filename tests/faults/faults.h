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
	bool tell;          /* with the stack, where there is a sanitizer to print it */
	int error;          /* of FAULT_BPF */
};

/* That of *fault_at counts: &fault, unless somebody puts another in its place. */
extern struct fault fault, *fault_at;

/* Is this the call to fail? */
bool fault_fails(enum fault_kind kind, const char *name);

/* WRAP(result, function, kind, parameters, arguments, error, what it returns then) */
#define WRAP(type, name, kind, params, args, error, failed) \
	type __real_##name params;                          \
	type __wrap_##name params;                          \
	type __wrap_##name params                           \
	{                                                   \
		if (fault_fails(kind, #name))               \
			return errno = error, failed;       \
		return __real_##name args;                  \
	}
/* ...for those that return the error */
#define WRAP_CODE(name, kind, params, args, error) \
	int __real_##name params;                  \
	int __wrap_##name params;                  \
	int __wrap_##name params                   \
	{                                          \
		if (fault_fails(kind, #name))      \
			return error;              \
		return __real_##name args;         \
	}
