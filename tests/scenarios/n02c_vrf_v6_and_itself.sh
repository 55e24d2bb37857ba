# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# VRF: IPv6, with a socket on a link-local address too, and what the host sends to itself.
topo
need_module vrf
ip -n "$srv" -batch - <<-IP
	link add red type vrf table 10
	link set red up
	link set s0 master red
	addr replace $V6/64 dev s0 nodad
	addr add fe80::7:2/64 dev s0 nodad
	neigh replace $C6 lladdr 02:00:00:00:07:01 dev s0
	neigh replace fe80::7:1 lladdr 02:00:00:00:07:01 dev s0
IP
ip -n "$cli" addr add fe80::7:1/64 dev c0 nodad
ip -n "$cli" neigh add fe80::7:2 lladdr 02:00:00:00:07:02 dev c0
listen srv :: 5001 --dev red
listen srv :: 5002 --dev k0
k0=$pid
listen srv :: 5003
unbound=$pid
listen srv "fe80::7:2%s0" 5004 --mute
start_unreach
send cli "$V6" 5001
saw_reply "$V6"
send cli "fe80::7:2%c0" 5004 --wait .3
saw_silence
grep -q '"got":5,' "$log" || fail 'the socket on the link-local address got nothing'
expect_none
send cli "$V6" 5002
saw_port_unreachable "$V6"
send cli "fe80::7:2%c0" 5003
saw_port_unreachable fe80::7:2
send cli "$V6" 5004
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"dport":5002,"iif":"red","slave":"s0"},"cause":"socket.device","confidence":"proven",
 "sockets":[{"mismatch":"device","device":"k0","pid":$k0}]}
{"packet":{"dport":5003,"iif":"red","slave":"s0"},"cause":"socket.device","confidence":"proven",
 "sockets":[{"mismatch":"device","device":"absent:","pid":$unbound}]}
{"packet":{"dport":5004},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"fe80::7:2","device":"s0","pid":$pid}]}
JSON
send srv "$V4" 5003 --dev red
saw '{"errors":[{"errno":"ECONNREFUSED"}]}'
expect <<JSON
{"packet":{"src":"$V4","dst":"$V4","dport":5003,"iif":"red","slave":"absent:"},
 "cause":"socket.device","confidence":"proven","why":"re:came in on VRF red",
 "sockets":[{"mismatch":"device","local":"::","pid":$unbound}]}
JSON
