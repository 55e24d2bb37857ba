# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Negative: the kernel's own VXLAN socket takes what comes to its port, and drops what it
# does not understand.
topo
need_module vxlan
ip -n "$srv" link add vx0 type vxlan id 1 dstport 4789 local "$V4"
ip -n "$srv" link set vx0 up
start_unreach
send cli "$V4" 4789 --wait .4
saw_silence
send cli "$V4b" 4789 --wait .4
saw_silence
expect_none
