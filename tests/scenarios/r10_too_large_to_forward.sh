# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The way on is narrower than the packet, which may not be fragmented.
topo
in_ns srv ip link set k0 mtu 600
start_unreach
send cli "$K4" 5001 --size 1000
saw_refused "$V4" 3 4 EMSGSIZE
expect <<JSON
{"outcome":"sent","cause":"mtu.exceeded","confidence":"proven","packet":{"dst":"$K4","length":1028},
 "icmp":{"code":4},"mtu":600,"why":"re:1028 bytes long, is larger than the MTU 600 on the way to"}
JSON
