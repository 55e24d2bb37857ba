/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* enrich.h - evidence that the kernel side can't carry, looked up after the event.
 *
 * All calls come from one thread, but for ur_enrich_prefetch(), which a second one makes. No
 * other visits network namespaces. Each may block: milliseconds as a rule, some seconds where a tool of the
 * host must list a rule set. Nothing on the host is changed: no module is loaded, no table
 * made, no namespace kept alive.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"
#include "user/aggregate/restarts.h"

struct ur_enrich;

/* @route_changes: ur_changes of the kernel side, borrowed; NULL: there is none. Returns 0 and gives *@ret to the caller, or -ENOMEM, -errno. */
int ur_enrich_new(const volatile uint64_t *route_changes, struct ur_enrich **ret);
void ur_enrich_free(struct ur_enrich *e);
UR_DEFINE_CLEANUP(struct ur_enrich, ur_enrich_free)

/* Fill every section of *@ev that applies to ev->ev.origin. Never fails: what can't be
 * looked up says so in its section. */
void ur_enrich_run(struct ur_enrich *e, struct ur_evidence *ev);

/* Look whether the port of @restart is taken again: fills restart->taken. */
void ur_enrich_restart(struct ur_enrich *e, struct ur_restart *restart);

/* Rules of the last event should be read ahead, with ur_enrich_prefetch(). */
bool ur_enrich_behind(const struct ur_enrich *e);

/* How often tables of legacy iptables were replaced, see ur_probe_tables(); before all else. */
void ur_enrich_count_tables(struct ur_enrich *e, uint32_t (*now)(const void *arg), const void *arg);

/* Namespace @netns_inum is gone, and its number will be that of another one; UR_NETNS_ANY: some
 * may be. */
void ur_enrich_netns_gone(struct ur_enrich *e, uint32_t netns_inum);

/* Module @name was unloaded. */
void ur_enrich_module_gone(struct ur_enrich *e, const char *name);

/* Read the texts of the rejecting rules of namespace @netns_inum now, so that a rule deleted
 * right after it fired is still named with its text. Blocks, for long where the rule set is huge. Returns 0; -EALREADY
 * when the rules are those read last; -EINTR when they changed meanwhile; -errno. */
int ur_enrich_prefetch(struct ur_enrich *e, uint32_t netns_inum);

/* Up to @max namespaces that may have rules already; how many. */
size_t ur_enrich_namespaces(uint32_t *inums, size_t max);
