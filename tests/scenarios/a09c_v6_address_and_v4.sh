# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# IPv6 sockets on an address of their own, not on [::]: IPv4 does not come there, whether
# the program asked for IPV6_V6ONLY or not (bind() makes it so).
topo
listen srv "$V6" 5001
first=$pid
listen srv "$V6" 5002 --v6only 1
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.family","confidence":"proven",
 "why":"re:is an IPv6 socket, the packet is IPv4",
 "sockets":[{"mismatch":"family","local":"$V6","pid":$first}]}
{"packet":{"dport":5002},"cause":"socket.family","confidence":"proven",
 "sockets":[{"mismatch":"family","local":"$V6","v6only":true,"pid":$pid}]}
JSON
