# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A service in no VRF, and a packet that comes in through one: refused, unless
# net.ipv4.udp_l3mdev_accept says otherwise. IPv4 and IPv6.
topo
need_module vrf
vrf_red() {
	ip -n "$srv" -batch - <<-IP
		link add red type vrf table 10
		link set red up
		link set s0 master red
		addr replace $V6/64 dev s0 nodad
		neigh replace $C4 lladdr 02:00:00:00:07:01 dev s0
		neigh replace $C6 lladdr 02:00:00:00:07:01 dev s0
	IP
}
vrf_red
listen srv 0.0.0.0 5001 --mute
four=$pid log4=$log
listen srv :: 5002 --mute
log6=$log
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5002
saw_port_unreachable "$V6"
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001,"iif":"red","slave":"s0"},"cause":"socket.device","confidence":"proven",
 "why":"re:in no VRF.*s0, in VRF red, .*udp_l3mdev_accept","advice":"re:ip vrf exec red",
 "sockets":[{"mismatch":"device","local":"0.0.0.0","device":"absent:","pid":$four}]}
{"icmp":{"version":6},"cause":"socket.device","confidence":"proven","why":"re:VRF red",
 "sockets":[{"mismatch":"device","local":"::","pid":$pid}]}
{"icmp":{"version":4},"packet":{"dport":5002},"cause":"socket.device","confidence":"proven",
 "sockets":[{"mismatch":"device","local":"::","pid":$pid}]}
JSON
in_ns srv sysctl -q -w net.ipv4.udp_l3mdev_accept=1
send cli "$V4" 5001 --wait .3
saw_silence
send cli "$V6" 5002 --wait .3
saw_silence
for log in "$log4" "$log6"; do
	grep -q '"got"' "$log" || fail 'udp_l3mdev_accept=1 did not help'
done
expect_none
