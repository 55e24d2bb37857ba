# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Control: a connected socket beside an unconnected one; everybody is answered.
topo
listen srv 0.0.0.0 5001 --reuseport
listen srv 0.0.0.0 5001 --reuseport --peer "$C4/45111"
connected=$log
start_unreach
send cli "$V4" 5001 --sport 45111
saw_reply "$V4"
send cli "$V4" 5001
saw_reply "$V4"
grep -q '"port":45111' "$connected" || fail 'the connected socket did not get its peer'
expect_none
