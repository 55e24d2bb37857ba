# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SO_BINDTODEVICE, by name and by number, to the device that the packet does not come in
# on; IPv4 and IPv6.
topo
listen srv 0.0.0.0 5001 --dev k0
four=$pid
listen srv :: 5002 --dev-index k0
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5002
saw_port_unreachable "$V6"
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001,"iif":"s0"},"cause":"socket.device","confidence":"proven",
 "why":"re:device k0.*s0",
 "sockets":[{"mismatch":"device","local":"0.0.0.0","device":"k0","pid":$four,"comm":"udp_listen"}]}
{"icmp":{"version":6},"cause":"socket.device","confidence":"proven",
 "sockets":[{"mismatch":"device","local":"::","device":"k0","pid":$pid}]}
{"icmp":{"version":4},"packet":{"dport":5002},"cause":"socket.device","confidence":"proven",
 "sockets":[{"mismatch":"device","local":"::","device":"k0","pid":$pid}]}
JSON
