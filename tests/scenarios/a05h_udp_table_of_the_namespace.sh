# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Since 6.2 a namespace can have a table of UDP sockets of its own.
need_setting() {
	[ -e "/proc/sys/${1//.//}" ] || skip "no sysctl $1"
}
need_setting net.ipv4.udp_child_hash_entries
before=$(sysctl -n net.ipv4.udp_child_hash_entries)
sysctl -q -w net.ipv4.udp_child_hash_entries=128
topo
sysctl -q -w "net.ipv4.udp_child_hash_entries=$before"
[ "$(in_ns srv sysctl -n net.ipv4.udp_hash_entries)" = 128 ] || fail 'srv has no table of its own'
listen srv 127.0.0.1 5001
four=$pid
listen srv ::1 5001
# Strangers in the same slot, and the port in the table of all.
listen srv 0.0.0.0 $((5001 + 128))
listen cli 0.0.0.0 5001
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"icmp":{"version":4},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"127.0.0.1","pid":$four}]}
{"icmp":{"version":6},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"family","local":"127.0.0.1","pid":$four},{"mismatch":"address","local":"::1"}]}
{"packet":{"dport":5002},"cause":"socket.none","confidence":"proven"}
JSON
