/* SPDX-License-Identifier: GPL-2.0-only */
/* settings.bpf.c - the settings of maps.bpf.h, and the licence. */
#include "bpf/maps.bpf.h"

SEC("license")
char LICENSE[] = "GPL";

const volatile __u32 ur_want_netns = 0;
const volatile __u32 ur_want_received = 0;
const volatile __u32 ur_want_answers = 0;
const volatile __u32 ur_want_filter = 0;
const volatile __u64 ur_waker_poll = 0;
const volatile __u64 ur_waker_epoll = 0;
const volatile __u64 ur_wakers[UR_WAKERS] = {};
const volatile __u32 ur_want_all = 0;
const volatile __u64 ur_seed = UR_DIGEST_SEED;
const volatile __u64 ur_udp_table = 0;
const volatile __u64 ur_udplite_table = 0;
const volatile __u64 ur_per_cpu_offset = 0;
const volatile __u64 ur_apparmor_hook6 = 0;
const volatile __u32 ur_mib_abort_failed = 0;
const volatile __u32 ur_mib_sent4 = 0;
const volatile __u32 ur_mib_sent6 = 0;
const volatile __u32 ur_reason_arg = 0;
const volatile __u32 ur_active_reason_arg = 0;
const __u64 ur_zeros[sizeof(struct ur_scratch) / 8] = {};
volatile __u64 ur_history_start = 0;
volatile __u64 ur_listeners_start = 0;
volatile __u32 ur_nets_watched = 0;
volatile __u64 ur_nets_ended = 0;
struct ur_tables ur_tables = {};
struct ur_layout ur_layout = {};
struct ur_range ur_ranges[UR_FN_MAX] = {};
__u64 ur_stats[UR_STAT_MAX] = {};
__u64 ur_changes[UR_CHANGES_MAX] = {};
__u64 ur_tasks[UR_TASKS_MAX * sizeof(struct ur_task) / 8] = {};

/* Only a global of that type carries it into the object's BTF. */
struct ur_event *ur_event_type __attribute__((unused));
