# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Negative: nobody answers a broadcast.
topo
start_unreach
send cli 10.219.7.255 5001 --bcast --wait .4
saw_silence
mib srv UdpIgnoredMulti
[ "$mib" = 1 ] || fail "srv counted $mib broadcasts that nobody took, want 1"
none_left srv
expect_none
