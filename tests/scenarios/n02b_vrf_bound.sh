# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sockets that are bound to the VRF or to the device that is in it take what comes in
# there. Those of another device don't; nor does one of the VRF take what comes in outside.
topo
need_module vrf
ip -n "$srv" -batch - <<-IP
	link add red type vrf table 10
	link set red up
	link set s0 master red
	neigh replace $C4 lladdr 02:00:00:00:07:01 dev s0
IP
listen srv 0.0.0.0 5001 --dev red
listen srv 0.0.0.0 5002 --dev s0
listen srv 0.0.0.0 5003 --dev k0
k0=$pid
listen srv 0.0.0.0 5004 --dev red
start_unreach
send cli "$V4" 5001
saw_reply "$V4"
send cli "$V4" 5002
saw_reply "$V4"
send cli "$V4" 5003
saw_port_unreachable "$V4"
send ct 172.29.219.1 5004
saw_port_unreachable 172.29.219.1
expect <<JSON
{"packet":{"dport":5003},"cause":"socket.device","confidence":"proven","why":"re:device k0.*s0.*VRF red",
 "sockets":[{"mismatch":"device","device":"k0","pid":$k0}]}
{"packet":{"dport":5004,"iif":"k0"},"cause":"socket.device","confidence":"proven","why":"re:device red.*k0",
 "sockets":[{"mismatch":"device","device":"red","pid":$pid}]}
JSON
