# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Negative: the service is stuck and its buffer full. Dropped, but not refused.
topo
listen srv 0.0.0.0 5001 --rcvbuf 256 --noread
start_unreach
send cli "$V4" 5001 -n 40 --wait .4
saw_silence
drops=$(in_ns srv nstat -asz UdpRcvbufErrors | awk '/Rcvbuf/ {print $2}')
[ "$drops" -gt 0 ] || fail 'the buffer did not fill up'
expect_none
