# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Control: [::] without IPV6_V6ONLY answers IPv4; nothing is refused.
topo
listen srv :: 5001 --v6only 0
start_unreach
send cli "$V4" 5001
saw_reply "$V4"
expect_none
