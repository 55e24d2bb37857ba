# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Negative: nobody answers multicast of a group that nobody joined.
topo
start_unreach
send cli 224.0.0.251 5353 --dev c0 --wait .4
saw_silence
send cli ff02::fb 5353 --dev c0 --wait .4
saw_silence
mib srv IpExtInMcastPkts Ip6InMcastPkts
[ "$mib" -ge 2 ] || fail 'the packets did not arrive'
none_left srv
expect_none
