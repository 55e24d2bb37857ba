// SPDX-License-Identifier: GPL-2.0-only
/* main.c - from the arguments to the header on standard output. */
#include "tools/btfslice/slice.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("btfslice: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *grow(void *array, int count, size_t size)
{
	if (count & (count - 1))
		return array;
	array = realloc(array, (count ? 2 * (size_t)count : 1) * size);
	if (!array)
		die("out of memory");
	return array;
}

static void print_c(void *ctx, const char *fmt, va_list ap)
{
	(void)ctx;
	vprintf(fmt, ap);
}

static void print_header(const struct slice *s)
{
	struct btf_dump *d = btf_dump__new(s->out, print_c, NULL, NULL);

	if (!d)
		die("can't print the header: %s", strerror(errno));
	/* bpf_tracing.h takes the guard's name as the sign of the kernel's own pt_regs. */
	puts("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n"
	     "#pragma clang attribute push(__attribute__((preserve_access_index)), "
	     "apply_to = record)\n");
	for (int id = 1; id <= s->nnodes; id++)
		if (btf_dump__dump_type(d, id))
			die("can't print %s", name_of(s->out, btf__type_by_id(s->out, id)));
	puts("#pragma clang attribute pop\n\n#endif /* __VMLINUX_H__ */");
	btf_dump__free(d);
}

int main(int argc, char **argv)
{
	struct slice s = { 0 };
	int missing = 0;

	if (argc < 3 || argc - 2 > MAX_BTFS)
		die("usage: btfslice TYPES.LIST VMLINUX_BTF [MODULE_BTF...]");
	s.list = argv[1];
	read_list(&s);
	for (int i = 2; i < argc; i++) {
		s.in[s.nin] = i == 2 ? btf__parse(argv[i], NULL) :
				       btf__parse_split(argv[i], s.in[0]);
		if (!s.in[s.nin++])
			die("%s: can't read type information: %s", argv[i], strerror(errno));
	}
	for (int i = 0; i < s.nwants; i++)
		missing += !visit_wanted(&s, &s.wants[i]);
	if (missing)
		die("correct the list: a field of an embedded struct belongs to that struct's own "
		    "line, and what only some kernels have is written with a ? before it");
	s.out = btf__new_empty();
	if (!s.out)
		die("out of memory");
	for (int i = 0; i < s.nnodes; i++)
		write_node(&s, s.nodes[i]);
	print_header(&s);
	return fflush(stdout) || ferror(stdout);
}
