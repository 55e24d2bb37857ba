# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# [::] with IPV6_V6ONLY does not take IPv4, nor does 0.0.0.0 take IPv6.
topo
listen srv :: 5001 --v6only 1
six=$pid
listen srv 0.0.0.0 5002
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5002
saw_port_unreachable "$V6"
expect <<JSON
{"icmp":{"version":4},"cause":"socket.family","confidence":"proven","why":"re:IPV6_V6ONLY",
 "sockets":[{"proto":"udp","state":"open","mismatch":"family","local":"::","port":5001,
             "v6only":true,"pid":$six,"comm":"udp_listen"}]}
{"icmp":{"version":6},"cause":"socket.family","confidence":"proven","why":"re:IPv4 socket",
 "sockets":[{"proto":"udp","mismatch":"family","local":"0.0.0.0","port":5002,
             "v6only":"absent:","pid":$pid}]}
JSON
