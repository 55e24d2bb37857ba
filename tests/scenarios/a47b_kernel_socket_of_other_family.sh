# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Tunnels with an IPv4 endpoint have an IPv4 socket; IPv6 comes to nobody.
topo
need_module vxlan
need_module geneve
need_module fou
ip -n "$srv" link add vx0 type vxlan id 1 dstport 4789 local "$V4"
ip -n "$srv" link set vx0 up
ip -n "$srv" link add gnv0 type geneve id 1 remote "$C4"
in_ns srv sysctl -q -w net.ipv6.conf.gnv0.disable_ipv6=1 # nothing through it by itself
ip -n "$srv" link set gnv0 up
ip -n "$srv" fou add port 5555 ipproto 4
start_unreach
send cli "$V6" 4789
saw_port_unreachable "$V6"
send cli "$V6" 6081
saw_port_unreachable "$V6"
send cli "$V6" 5555
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"dport":4789},"cause":"socket.family","confidence":"proven","why":"re:the kernel's VXLAN socket",
 "sockets":[{"mismatch":"family","local":"0.0.0.0","port":4789,"kernel":true,"encap":"vxlan"}]}
{"packet":{"dport":6081},"cause":"socket.family","confidence":"proven","why":"re:the kernel's Geneve socket",
 "sockets":[{"mismatch":"family","port":6081,"kernel":true,"encap":"geneve"}]}
{"packet":{"dport":5555},"cause":"socket.family","confidence":"proven","why":"re:the kernel's FOU socket",
 "sockets":[{"mismatch":"family","port":5555,"kernel":true,"encap":"fou"}]}
JSON
