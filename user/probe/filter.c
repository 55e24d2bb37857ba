/* SPDX-License-Identifier: GPL-2.0-only */
/* filter.c - a filter expression as a program of the kernel side: bpf/filter.bpf.c.
 *
 * It is tried before all others are loaded, with maps of its own that become theirs: whether a
 * kernel takes it decides what they are compiled to do. Where it does not, or where the
 * expression can't be translated, user space alone filters.
 */
#include <string.h>
#include "bpf/abi.h"
#include "user/packet/filter_ebpf.h"
#include "user/probe/internal.h"
#include "unreach.skel.h"

static const struct {
	const char *prog;
	uint32_t slot;
} parts[] = {
	{ "filter_ask", UR_BUILD_FILTER },
	{ "filter_pass", UR_BUILD_PASS },
	{ "filter_drop", UR_BUILD_DROP },
};

static int make_maps(struct ur_probe_filter *f)
{
	f->packet = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "filter_packet", sizeof(uint32_t),
				   sizeof(struct ur_filter_packet), 1, NULL);
	if (f->packet < 0)
		return -errno;
	f->builder = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "builder", sizeof(uint32_t),
				    sizeof(uint32_t), UR_BUILD_MAX, NULL);
	return f->builder < 0 ? -errno : 0;
}

static int make_program(struct ur_probe_filter *f, const struct ur_filter *filter)
{
	ur_cleanup(ur_freep) struct bpf_insn *insns = NULL;
	const struct ur_filter_insn *code;
	size_t n, ninsns;
	int r;

	code = ur_filter_code(filter, &n);
	r = ur_filter_translate(code, n, f->packet, f->builder, &insns, &ninsns);
	if (r)
		return r;
	f->prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "filter_match", "GPL", insns, ninsns, NULL);
	return f->prog < 0 ? -errno : 0;
}

int ur_probe_filter_make(struct ur_probe_filter *f, const struct ur_filter *filter)
{
	int r;

	if (!filter)
		return 0;
	r = make_maps(f) ?: make_program(f, filter);
	if (r)
		ur_probe_filter_close(f);
	return r == -ENOMEM ? r : 0;
}

void ur_probe_filter_close(struct ur_probe_filter *f)
{
	ur_closep(&f->prog);
	ur_closep(&f->packet);
	ur_closep(&f->builder);
}

bool ur_probe_filters(const struct ur_probe *p)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (ur_probe_is_bad(p, parts[i].prog))
			return false;
	return p->filter.prog >= 0;
}

bool ur_probe_filter_wants(const struct ur_probe *p, const char *prog)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(prog, parts[i].prog))
			return ur_probe_filters(p);
	return false;
}

int ur_probe_filter_configure(struct ur_probe *p)
{
	p->skel->rodata->ur_want_filter = ur_probe_filters(p);
	if (!ur_probe_filters(p))
		return bpf_map__set_autocreate(p->skel->maps.filter_packet, false);
	return bpf_map__reuse_fd(p->skel->maps.filter_packet, p->filter.packet) ?:
		       bpf_map__reuse_fd(p->skel->maps.builder, p->filter.builder);
}

int ur_probe_filter_install(struct ur_probe *p)
{
	int r = 0;

	if (!ur_probe_filters(p))
		return 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !r; i++)
		r = ur_core_set_builder(p, parts[i].prog, parts[i].slot);
	return r ?: ur_core_set_slot(p, UR_BUILD_MATCH, p->filter.prog);
}
