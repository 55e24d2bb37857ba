# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Control: IP_UNICAST_IF and IPV6_UNICAST_IF choose the way out. They bind to nothing.
topo
listen srv 0.0.0.0 5001 --unicast-if s0
listen srv :: 5002 --unicast-if s0
start_unreach
send cli "$V4" 5001
saw_reply "$V4"
send cli "$V6" 5002
saw_reply "$V6"
expect_none
