# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As A01, over IPv6.
topo
start_unreach
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"answer":"icmp","outcome":"sent",
 "icmp":{"version":6,"type":1,"code":4,"name":"port-unreachable","to":"$C6"},
 "packet":{"proto":"udp","src":"$C6","sport":$sport,"dst":"$V6","dport":5001,"length":53,"iif":"s0"},
 "netns":{"inum":$(inum srv),"name":"$srv"},
 "cause":"socket.none","confidence":"proven","rule":"absent:"}
JSON
