/* SPDX-License-Identifier: GPL-2.0-only */
/* lend.c - see lend.h. */
#include "user/probe/lend.h"
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "user/probe/btf.h"

/* libbpf's own, which only a linker that wraps them knows under these names. */
/* NOLINTBEGIN(bugprone-reserved-identifier): they are the linker's */
__attribute__((weak)) struct btf *__real_btf__load_vmlinux_btf(void);
__attribute__((weak)) struct btf *__real_btf__parse(const char *path, struct btf_ext **ext);
__attribute__((weak)) void __real_btf__free(struct btf *btf);
__attribute__((weak)) int32_t __real_btf__find_by_name_kind(const struct btf *btf, const char *name,
							    uint32_t kind);
/* NOLINTEND(bugprone-reserved-identifier) */

static struct {
	struct btf *btf;
	const struct ur_btf_index *names;
	unsigned int out; /* how often it is lent just now */
	bool mute;
	struct btf *fitting; /* what it reads while it fits programs to it, NULL: it does not */
} lent;

void ur_btf_lend(struct btf *btf, const struct ur_btf_index *names, bool mute)
{
	lent.btf = btf;
	lent.names = names;
	lent.out = 0;
	lent.mute = mute;
	lent.fitting = NULL;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	if (!lent.btf)
		return __real_btf__load_vmlinux_btf();
	lent.out++;
	return lent.btf;
}

/* Types from a file: those that it fits programs to, until it frees them. */
struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext)
{
	struct btf *btf = __real_btf__parse(path, ext);

	lent.fitting = lent.mute ? btf : NULL;
	return btf;
}

int __wrap___snprintf_chk(char *text, size_t len, int flag, size_t room, const char *format, ...)
{
	va_list args;
	int r;

	if (lent.fitting) {
		if (len)
			*text = '\0';
		return 0;
	}
	va_start(args, format);
	r = __builtin___vsnprintf_chk(text, len, flag, room, format, args);
	va_end(args);
	return r;
}

void __wrap_btf__free(struct btf *btf)
{
	if (btf == lent.fitting)
		lent.fitting = NULL;
	if (btf && btf == lent.btf && lent.out)
		lent.out--;
	else
		__real_btf__free(btf);
}

int32_t __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, uint32_t kind)
{
	int id;

	if (!lent.btf || btf != lent.btf || !ur_btf_index_has(kind))
		return __real_btf__find_by_name_kind(btf, name, kind);
	id = ur_btf_index_find(lent.names, name, kind);
	if (id < 0)
		errno = -id;
	return id;
}
