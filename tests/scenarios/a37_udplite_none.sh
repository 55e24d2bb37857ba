# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# UDP-Lite to a port where nobody is.
need_udplite
topo
start_unreach
send cli "$V4" 5001 --proto 136
saw_port_unreachable "$V4"
send cli "$V6" 5001 --proto 136
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"proto":"udplite","dst":"$V4","dport":5001},"netns":{"name":"$srv"},
 "cause":"socket.none","confidence":"proven","sockets":[],"why":"re:^no UDP-Lite socket is on port 5001"}
{"packet":{"proto":"udplite","dst":"$V6","dport":5001},
 "cause":"socket.none","confidence":"proven","sockets":[]}
JSON
