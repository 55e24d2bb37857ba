/* SPDX-License-Identifier: GPL-2.0-only */
/* refuse.c - what the linker puts in the place of libbpf's functions that load and attach (ld
 * --wrap), so that programs can be refused by their names:
 *
 *   REFUSE_LOAD=PATTERN,...     programs that are not loaded, as if the verifier had refused them
 *   REFUSE_ATTACH=PATTERN,...   programs that are loaded, and can't be attached
 *   REFUSE_ERROR=EPERM          with which error (EINVAL)
 *   REFUSE_LOG=PATH             the names of all that are asked for are added to that file
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note(const char *what, const char *name)
{
	const char *path = getenv("REFUSE_LOG");
	FILE *f = path ? fopen(path, "ae") : NULL;

	if (!f)
		return;
	fprintf(f, "%s %s\n", what, name);
	fclose(f);
}

/* Does one of the patterns in the environment's @variable fit @name? */
static bool is_named(const char *variable, const char *name)
{
	char list[2048], *rest = list, *pattern;

	snprintf(list, sizeof(list), "%s", getenv(variable) ?: "");
	while ((pattern = strsep(&rest, ",")))
		if (*pattern && !fnmatch(pattern, name, 0))
			return true;
	return false;
}

static int error(void)
{
	const char *name = getenv("REFUSE_ERROR");

	return name && !strcmp(name, "EPERM") ? EPERM : EINVAL;
}

int __real_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *licence,
			 const struct bpf_insn *insns, size_t n,
			 const struct bpf_prog_load_opts *opts);
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *licence,
			 const struct bpf_insn *insns, size_t n,
			 const struct bpf_prog_load_opts *opts);
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *licence,
			 const struct bpf_insn *insns, size_t n,
			 const struct bpf_prog_load_opts *opts)
{
	if (name)
		note("load", name);
	if (!name || !is_named("REFUSE_LOAD", name))
		return __real_bpf_prog_load(type, name, licence, insns, n, opts);
	errno = error();
	return -errno;
}

static bool attaches(const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);

	note("attach", name);
	if (!is_named("REFUSE_ATTACH", name))
		return true;
	errno = error();
	return false;
}

struct bpf_link *__real_bpf_program__attach(const struct bpf_program *prog);
struct bpf_link *__wrap_bpf_program__attach(const struct bpf_program *prog);
struct bpf_link *__wrap_bpf_program__attach(const struct bpf_program *prog)
{
	return attaches(prog) ? __real_bpf_program__attach(prog) : NULL;
}

struct bpf_link *__real_bpf_program__attach_kprobe(const struct bpf_program *prog, bool ret,
						   const char *func);
struct bpf_link *__wrap_bpf_program__attach_kprobe(const struct bpf_program *prog, bool ret,
						   const char *func);
struct bpf_link *__wrap_bpf_program__attach_kprobe(const struct bpf_program *prog, bool ret,
						   const char *func)
{
	return attaches(prog) ? __real_bpf_program__attach_kprobe(prog, ret, func) : NULL;
}
