/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp.c - what the programs for TCP resets must know of this kernel. */
#include <stdio.h>
#include <string.h>
#include "user/probe/btf.h"
#include "user/probe/internal.h"
#include "unreach.skel.h"

#define REASON_PREFIX "SK_RST_REASON_"

static const char *name_of(const struct btf *btf, uint32_t offset)
{
	return btf__name_by_offset(btf, offset) ?: "";
}

static void note_reasons(struct ur_probe *p, const struct btf_type *t)
{
	const struct btf_enum *e = btf_enum(t);
	const size_t prefix = strlen(REASON_PREFIX);

	for (unsigned int i = 0; i < btf_vlen(t); i++) {
		const char *name = name_of(p->btf, e[i].name_off);

		if (e[i].val >= 0 && e[i].val < UR_RESET_NAMES_MAX &&
		    !strncmp(name, REASON_PREFIX, prefix))
			snprintf(p->reset_names.name[e[i].val], UR_RESET_NAME_MAX, "%s",
				 name + prefix);
	}
}

/* The value of @name when @t has it, else 0. */
static uint32_t value_in(const struct btf *btf, const struct btf_type *t, const char *name)
{
	const struct btf_enum *e = btf_enum(t);

	for (unsigned int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(name_of(btf, e[i].name_off), name))
			return e[i].val;
	return 0;
}

static bool begins_with(const struct btf *btf, const struct btf_type *t, const char *name)
{
	return btf_vlen(t) && !strcmp(name_of(btf, btf_enum(t)->name_off), name);
}

/* Before v6.6 IPSTATS_MIB_OUTPKTS counts, under no other name, IPv6's packets before netfilter's
 * output hooks, and IPv4's between the two. */
static void note_sent(struct ur_probe *p, const struct btf_type *t)
{
	const uint32_t sent = value_in(p->btf, t, "IPSTATS_MIB_OUTPKTS");

	p->skel->rodata->ur_mib_sent4 = sent;
	if (value_in(p->btf, t, "IPSTATS_MIB_OUTREQUESTS"))
		p->skel->rodata->ur_mib_sent6 = sent;
}

/* The counters' enums have no names: they are known by their first constants. */
static void look_at_enum(struct ur_probe *p, const struct btf_type *t)
{
	const char *name = name_of(p->btf, t->name_off);

	if (!strcmp(name, "sk_rst_reason"))
		note_reasons(p, t);
	else if (!*name && begins_with(p->btf, t, "LINUX_MIB_NUM"))
		p->skel->rodata->ur_mib_abort_failed =
			value_in(p->btf, t, "LINUX_MIB_TCPABORTFAILED");
	else if (!*name && begins_with(p->btf, t, "IPSTATS_MIB_NUM"))
		note_sent(p, t);
}

/* Which argument of @func is the reason, counted from 1; 0: none. */
static uint32_t reason_arg(const struct ur_probe *p, const char *func)
{
	int id = ur_btf_index_find(p->names, func, BTF_KIND_FUNC);
	const struct btf_type *t = id < 0 ? NULL : btf__type_by_id(p->btf, id);
	const struct btf_type *proto = t ? btf__type_by_id(p->btf, t->type) : NULL;

	for (unsigned int i = 0; proto && i < btf_vlen(proto); i++) {
		const struct btf_type *arg = btf__type_by_id(p->btf, btf_params(proto)[i].type);

		if (arg && btf_is_enum(arg) &&
		    !strcmp(name_of(p->btf, arg->name_off), "sk_rst_reason"))
			return i + 1;
	}
	return 0;
}

/* Since v6.0 one function serves both IP versions. */
static uint64_t apparmor_hook6(const struct ur_probe *p)
{
	static const char *const names[] = { "apparmor_ipv6_postroute", "apparmor_ip_postroute" };
	uint64_t start, end;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!ur_symbols_range(p->syms, NULL, names[i], &start, &end))
			return start;
	return 0;
}

void ur_tcp_configure(struct ur_probe *p)
{
	const uint32_t n = btf__type_cnt(p->btf);

	for (uint32_t id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(p->btf, id);

		if (btf_is_enum(t))
			look_at_enum(p, t);
	}
	p->skel->rodata->ur_per_cpu_offset = ur_symbols_data(p->syms, "__per_cpu_offset");
	bpf_map__set_autocreate(p->skel->maps.cpu_base, !p->skel->rodata->ur_per_cpu_offset);
	p->skel->rodata->ur_apparmor_hook6 = apparmor_hook6(p);
	p->skel->rodata->ur_reason_arg = reason_arg(p, "tcp_v4_send_reset");
	p->skel->rodata->ur_active_reason_arg = reason_arg(p, "tcp_send_active_reset");
}
