# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The function that refuses for routes has a limit for each peer of its own, before the one of
# ICMP: what it refuses is said to be suppressed, and the client sees as many answers as were
# sent. Inside a VRF, too, where the setting of the device in it counts.
topo
in_ns srv ip route add prohibit 198.51.100.0/24
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0
start_unreach
send cli 198.51.100.9 53 -n 20 --sweep --gap .005
answers=$(jq '.errors | length' <<<"$result")
sent=$(jq .sent <<<"$result")
if [ "$answers" -lt 5 ] || [ "$sent" -le "$answers" ]; then fail "the limit did not show: $result"; fi
event='"cause":"route.rejected","confidence":"proven","packet":{"dst":"198.51.100.9"},
 "route":{"kind":"route","prefix":"198.51.100.0/24","confidence":"proven"}'
expect < <(
	for ((i = 0; i < answers; i++)); do echo "{\"outcome\":\"sent\",$event}"; done
	for ((; i < sent; i++)); do
		echo "{\"outcome\":\"suppressed\",\"suppressed_by\":\"rate-limit-peer\",$event}"
	done
)
need_module vrf
ip -n "$srv" -batch - <<-IP
	link add red type vrf table 10
	link set red up
	link set s0 master red
	neigh replace $C4 lladdr 02:00:00:00:07:01 dev s0
	route add prohibit 203.0.113.0/24 table 10
IP
cost=$(sysctl -n net.ipv4.route.error_cost) # of all namespaces
sysctl -qw net.ipv4.route.error_cost=100000
send cli 203.0.113.9 53 --wait .5
saw_silence
expect <<JSON
{"outcome":"suppressed","suppressed_by":"rate-limit-peer","cause":"route.rejected","confidence":"proven",
 "packet":{"dst":"203.0.113.9"},"route":{"kind":"route","prefix":"203.0.113.0/24","table":10}}
JSON
sysctl -qw net.ipv4.route.error_cost=0
send cli 203.0.113.9 53
saw_refused "$V4" 3 13 EHOSTUNREACH
sysctl -qw net.ipv4.route.error_cost="$cost"
expect <<JSON
{"outcome":"sent","cause":"route.rejected","packet":{"dst":"203.0.113.9","iif":"red"},
 "route":{"kind":"route","prefix":"203.0.113.0/24","table":10}}
JSON
