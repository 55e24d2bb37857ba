/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* fuzz.h - what the fuzz targets share: taking an input apart, and what must hold.
 *
 * A target is one file with LLVMFuzzerTestOneInput(). Beside not crashing it says with must()
 * what is true of any input.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what)                                                                       \
	do {                                                                             \
		if (!(what)) {                                                           \
			fprintf(stderr, "%s:%d: must(%s)\n", __FILE__, __LINE__, #what); \
			abort();                                                         \
		}                                                                        \
	} while (0)

/* The rest of an input. Behind its end there are zeros. */
struct fuzz {
	const uint8_t *at;
	size_t left;
};

static inline void fuzz_bytes(struct fuzz *f, void *to, size_t n)
{
	const size_t have = n < f->left ? n : f->left;

	if (n)
		memset(to, 0, n);
	if (have)
		memcpy(to, f->at, have);
	f->at += have;
	f->left -= have;
}

static inline uint8_t fuzz_u8(struct fuzz *f)
{
	uint8_t byte;

	fuzz_bytes(f, &byte, sizeof(byte));
	return byte;
}

static inline uint16_t fuzz_u16(struct fuzz *f)
{
	uint16_t word;

	fuzz_bytes(f, &word, sizeof(word));
	return word;
}

static inline uint64_t fuzz_u64(struct fuzz *f)
{
	uint64_t word;

	fuzz_bytes(f, &word, sizeof(word));
	return word;
}

static inline void *fuzz_alloc(size_t n)
{
	void *mem = calloc(1, n ? n : 1);

	must(mem);
	return mem;
}

/* A copy of @n bytes, exactly as long, so that the sanitizers see any access beyond. The
 * caller frees it. */
static inline void *fuzz_copy(const void *bytes, size_t n)
{
	char *copy = malloc(n);

	must(copy || !n);
	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

/* The same of text up to @end or the end of the input, terminated. */
static inline char *fuzz_text(struct fuzz *f, char end)
{
	const uint8_t *stop = f->left ? memchr(f->at, end, f->left) : NULL;
	const size_t n = stop ? (size_t)(stop - f->at) : f->left;
	char *text = fuzz_alloc(n + 1);

	fuzz_bytes(f, text, n);
	if (stop)
		fuzz_u8(f);
	return text;
}
