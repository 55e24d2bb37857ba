# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Clients that get the same port one after the other. Their peers tell whose answer it is; when
# two asked the same server, nothing does. And one that connected without asking at all.
topo
in_ns cli sysctl -q -w net.ipv4.ip_local_port_range='40100 40101'
listen srv "$V4" 53 --delay .6
listen srv "$V4b" 53 --delay .6
listen srv "$V6" 53 --delay .6
listen srv "$V4" 54 --delay 2
start_unreach
pause 1.2
late() {
	send cli "$1" "${2:-53}" --connect --close-after .02
	late_pid=$(jq .pid <<<"$result")
}
late "$V4"
first=$late_pid first_port=$sport
late "$V4b"
second=$late_pid second_port=$sport
late "$V6"
third=$late_pid third_port=$sport
pause 1
expect <<JSON
{"packet":{"src":"$V4","sport":53,"dport":$first_port},"cause":"socket.late-reply","confidence":"proven",
 "why":"re:pid $first\\\\)","sockets":[{"state":"closed","mismatch":"none","pid":$first,"peer":"$V4"}]}
{"packet":{"src":"$V4b","sport":53,"dport":$second_port},"cause":"socket.late-reply","confidence":"proven",
 "why":"re:pid $second\\\\)","sockets":[{"state":"closed","mismatch":"none","pid":$second,"peer":"$V4b"}]}
{"packet":{"src":"$V6","sport":53,"dport":$third_port},"cause":"socket.late-reply","confidence":"proven",
 "why":"re:pid $third\\\\)","sockets":[{"state":"closed","mismatch":"none","pid":$third,"peer":"$V6"}]}
JSON
# One port, four clients, one server.
in_ns cli sysctl -q -w net.ipv4.ip_local_port_range='40102 40102'
for _ in 1 2 3 4; do late "$V4" 54; done
pause 2.5
expect <<JSON
{"cause":"socket.late-reply","confidence":"likely","why":"re:another client may have had the port"}
{"cause":"socket.late-reply","confidence":"likely","why":"re:another client may have had the port"}
{"cause":"socket.late-reply","confidence":"likely","why":"re:another client may have had the port"}
{"cause":"socket.late-reply","confidence":"likely","why":"re:another client may have had the port"}
JSON
start_program cli "$T/udp_end" disconnect "$V4" 1234
port=$(jq -s '.[] | select(.ready) | .port' "$log")
send srv "$C4" "$port" --sport 1234
saw_port_unreachable "$C4"
expect <<JSON
{"packet":{"dport":$port},"cause":"socket.late-reply","confidence":"likely",
 "why":"re:when it disconnected the socket; whether it had asked was not seen; if so, harmless$",
 "sockets":[{"state":"closed","mismatch":"none","ended_by":"disconnect","pid":$pid,"peer":"$V4","peer_port":1234}]}
JSON
