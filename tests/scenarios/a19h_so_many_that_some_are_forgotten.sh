# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# More ports are closed than there is memory for: how far back it is known is said, and never
# more. Clients that come and go can't push out what services left.
topo
start_unreach
listen srv 0.0.0.0 5001 --comm statsd
statsd=$pid
kill -9 "$statsd"
wait "$statsd" || true
in_ns srv "$T/udp_end" churn 127.0.0.1 0 --count 12000
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.closed","confidence":"proven","sockets":[{"state":"closed","pid":$statsd}]}
JSON
start_program srv "$T/udp_end" close 0.0.0.0 5002 --comm old
pause .3
before=$EPOCHREALTIME
in_ns srv "$T/udp_end" churn 127.0.0.1 10000 --count 12000
after=$EPOCHREALTIME
send cli "$V4" 5002
saw_port_unreachable "$V4"
ms=$((${EPOCHREALTIME/./} / 1000 - ${before/./} / 1000))
expect <<JSON
{"cause":"socket.none","why":"re: port 5002 in netns $srv, nor was one in the last [0-9.]+ m?s$","sockets":[]}
JSON
[ "$tracer" != none ] || return 0
known=$(jq .history_ms <<<"$got")
[ "$known" -le "$ms" ] || fail "known for $known ms, but what was $ms ms ago is forgotten"
