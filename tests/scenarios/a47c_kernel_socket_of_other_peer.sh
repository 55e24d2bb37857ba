# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An L2TP tunnel is connected to its peer: the same host on another port is not it.
topo
need_module l2tp_netlink
ip -n "$srv" l2tp add tunnel tunnel_id 1 peer_tunnel_id 1 encap udp \
	local "$V4" remote "$C4" udp_sport 1701 udp_dport 1701
start_unreach
send cli "$V4" 1701
saw_port_unreachable "$V4"
send cli "$V4b" 1701
saw_port_unreachable "$V4b"
expect <<JSON
{"packet":{"dst":"$V4"},"cause":"socket.peer","confidence":"proven","why":"re:the kernel's L2TP socket.*$C4:1701",
 "sockets":[{"mismatch":"peer","local":"$V4","port":1701,"peer":"$C4","peer_port":1701,"kernel":true,
             "encap":"l2tp"}]}
{"packet":{"dst":"$V4b"},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"$V4","kernel":true}]}
JSON
