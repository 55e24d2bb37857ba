# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --for S: ends by itself after that time, with status 0 and what was seen printed.
topo
start=$(date +%s%N)
start_unreach --json --for 2s
send cli "$V4" 5001
saw_port_unreachable "$V4"
wait_unreach
took=$((($(date +%s%N) - start) / 1000000))
[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status"
# The clock runs from the time that all is attached, which an emulator needs long for.
{ [ "$took" -ge 2000 ] && [ "$took" -le 12000 ]; } || fail "took $took ms for --for 2s"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.none"}
JSON
