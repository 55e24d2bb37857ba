# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --for S: ends by itself after that time, with status 0 and what was seen printed.
topo
start_unreach --json --for 2s
start=$(date +%s%N)
send cli "$V4" 5001
saw_port_unreachable "$V4"
wait_unreach
took=$((($(date +%s%N) - start) / 1000000))
[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status"
# The clock runs from the time that all is attached; seen from here it is a bit late.
{ [ "$took" -ge 1000 ] && [ "$took" -le 8000 ]; } || fail "took $took ms for --for 2s"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.none"}
JSON
