# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As A05, over IPv6: the service runs on ::1 only.
topo
listen srv ::1 5001
start_unreach
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"outcome":"sent","icmp":{"version":6,"type":1,"code":4},"packet":{"dst":"$V6","dport":5001},
 "netns":{"name":"$srv"},"cause":"socket.address","confidence":"proven",
 "sockets":[{"proto":"udp","state":"open","mismatch":"address","local":"::1","port":5001,
             "pid":$pid,"comm":"udp_listen"}]}
JSON
