# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sockets of the kernel that a setting binds: VXLAN to the VRF of its underlay, TIPC to the
# IP version of its local address, FOU to IPv6.
topo
need_module vrf
need_module vxlan
need_module tipc
need_module fou6
ip -n "$srv" -batch - <<-IP
	link add red type vrf table 10
	link set red up
	link set k0 master red
	link add vx0 type vxlan id 1 dstport 4789 remote 172.29.219.2 dev k0
	fou add port 5555 ipproto 41 -6
IP
in_ns srv sysctl -q -w net.ipv6.conf.vx0.disable_ipv6=1 # nothing through it by itself
ip -n "$srv" link set vx0 up
in_ns srv tipc bearer enable media udp name b0 localip "$V4b"
start_unreach
send cli "$V4" 4789
saw_port_unreachable "$V4"
send cli "$V6" 6118
saw_port_unreachable "$V6"
send cli "$V4" 5555
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":4789},"cause":"socket.device","confidence":"proven","why":"re:the kernel's VXLAN socket.*device red.*s0",
 "sockets":[{"mismatch":"device","device":"red","kernel":true,"encap":"vxlan"}]}
{"packet":{"dport":6118},"cause":"socket.family","confidence":"proven","why":"re:the kernel's TIPC socket",
 "sockets":[{"mismatch":"family","local":"0.0.0.0","kernel":true,"encap":"tipc"}]}
{"packet":{"dport":5555},"cause":"socket.family","confidence":"proven","why":"re:the kernel's FOU socket",
 "sockets":[{"mismatch":"family","local":"::","v6only":true,"kernel":true,"encap":"fou"}]}
JSON
