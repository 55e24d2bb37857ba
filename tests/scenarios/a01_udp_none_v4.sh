# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Nothing listens on the port: the plainest of all.
topo
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"schema":1,"answer":"icmp","outcome":"sent",
 "icmp":{"version":4,"type":3,"code":3,"name":"port-unreachable","to":"$C4"},
 "packet":{"proto":"udp","src":"$C4","sport":$sport,"dst":"$V4","dport":5001,"length":33,"iif":"s0"},
 "netns":{"inum":$(inum srv),"name":"$srv"},
 "cause":"socket.none","confidence":"proven","rule":"absent:"}
JSON
