# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What ends a socket is not always the end of its process, and the end of a process is not
# always that of its socket: a child, or whoever it was passed to, still has it.
topo
start_unreach
start_program srv "$T/udp_end" close 0.0.0.0 5001 --after .2 --comm statsd
pause .5
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.closed","confidence":"proven","why":"re:when it closed the socket",
 "sockets":[{"state":"closed","ended_by":"close","pid":$pid}]}
JSON
# It had been connected for IPv6; disconnected, it took IPv4 from anybody.
start_program srv "$T/udp_end" leave :: 5003 --to ::1/9 --after .2 --comm statsd
pause .5
send cli "$V4" 5003
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.closed","confidence":"proven",
 "sockets":[{"state":"closed","local":"::","mismatch":"none","pid":$pid}]}
JSON
for how in fork pass; do
	start_program srv "$T/udp_end" "$how" 0.0.0.0 5002 --after .2 --comm parent
	wait "$pid" || true
	holder=$(jq -s '.[] | .holder // empty' "$log")
	[ -n "$holder" ] || fail "udp_end $how: no holder in $(cat "$log")"
	send cli "$V4" 5002 --wait .3
	saw_silence
	expect_none
	kill -9 "$holder"
	pause .3
	send cli "$V4" 5002
	saw_port_unreachable "$V4"
	expect <<-JSON
		{"cause":"socket.closed","confidence":"proven",
		 "sockets":[{"state":"closed","signal":"SIGKILL","pid":$holder}]}
	JSON
done
