# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two at the same time do not disturb each other.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
topo
start_unreach
unreach --json -c 1 --ready-file "$SCENARIO_OUT/ready2" >"$SCENARIO_OUT/second" 2>&1 &
second=$!
pids+=("$second")
wait_file "$SCENARIO_OUT/ready2"
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.none","confidence":"proven"}
JSON
wait "$second" || fail "the second one ended with status $?: $(cat "$SCENARIO_OUT/second")"
grep -q '"cause":"socket.none"' "$SCENARIO_OUT/second" || fail "the second one saw: $(cat "$SCENARIO_OUT/second")"
