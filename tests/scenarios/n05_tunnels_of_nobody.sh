# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel has the protocol, and no tunnel takes the packet: it answers with a port
# unreachable although there are no ports.
topo
need_module ip_gre
need_module ipip
start_unreach
in_ns cli "$T/raw_send" rawip "$C4" "$V4" 47 >/dev/null
in_ns cli "$T/raw_send" rawip "$C4" "$V4" 4 >/dev/null
expect <<JSON
{"outcome":"sent","cause":"tunnel.no-endpoint","confidence":"proven","icmp":{"type":3,"code":3},
 "packet":{"dst":"$V4"},"why":"re:no GRE tunnel takes packets from","advice":"re:ip -d tunnel show"}
{"outcome":"sent","cause":"tunnel.no-endpoint","confidence":"proven","icmp":{"type":3,"code":3},
 "packet":{"dst":"$V4"},"why":"re:tunnel takes packets from"}
JSON
