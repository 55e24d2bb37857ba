# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As A17, over IPv6; and a listener that only answers its own loopback.
topo
listen ct :: 5001
start_unreach
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"dst":"$V6","dport":5001},"netns":{"inum":$(inum srv),"name":"$srv"},
 "cause":"socket.netns","confidence":"likely","why":"re:pid $pid.*$ct","sockets":[],
 "elsewhere":{"netns":{"inum":$(inum ct),"name":"$ct"},"local":"::","port":5001,"pid":$pid}}
JSON
listen ct 127.0.0.1 5002
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dst":"$V4","dport":5002},"netns":{"name":"$srv"},"cause":"socket.none",
 "confidence":"proven","elsewhere":"absent:"}
JSON
