# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# -c N: exactly N events, then the end, by itself and with status 0.
topo
start_unreach --json -c 2
for port in 5001 5002 5003; do
	send cli "$V4" "$port"
	saw_port_unreachable "$V4"
done
wait_unreach
[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.none"}
{"packet":{"dport":5002},"cause":"socket.none"}
JSON
