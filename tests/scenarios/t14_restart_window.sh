# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What was refused while a service restarted: a line says when it is back, and the counts at
# the end how often that was. To programs nothing is said but the events.
topo
start_unreach -n
listen srv 0.0.0.0 5001 --comm statsd
old=$pid
kill -9 "$old"
wait "$old" || true
for _ in 1 2; do
	send cli "$V4" 5001
	saw_port_unreachable "$V4"
done
pause 2 # what is explained once the port is taken says so itself
listen srv 0.0.0.0 5001 --comm statsd
new=$pid
pause 5
send cli "$V4" 5001
saw_reply "$V4"
stop_unreach INT
out=$SCENARIO_OUT/events.json
says() { grep -qE -e "$1" "$out" || fail "no line says '$1': $(cat "$out")"; }
says "^[0-9:.]+ $srv .*statsd \(pid $old\) had 0.0.0.0:5001 until [0-9.]+ m?s ago, when SIGKILL killed it"
says "^[0-9:.]+ $srv udp port 5001 taken again: statsd \(pid $new\) has 0.0.0.0:5001 no more than [0-9.]+ m?s after it was closed; 2 packets were refused \[socket.closed\]$"
[ "$(grep -c '^[0-9]' "$out")" = 3 ] || fail "not three lines: $(cat "$out")"
grep -qE 'restarts: 1 port was taken again within [0-9.]+ m?s, 2 packets were refused before' "$unreach_err" ||
	fail "the counts say otherwise: $(cat "$unreach_err")"
