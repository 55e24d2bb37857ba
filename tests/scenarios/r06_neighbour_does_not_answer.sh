# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A next hop does not answer ARP, or neighbour discovery: the sender hears of it seconds later.
# The host that is named is the one that did not answer: a gateway, where there is one, which
# can be of the other family. For packets that are forwarded, and for those of the host itself.
topo
ip -n "$srv" -batch - <<-IP
	route add 198.51.100.0/24 via 172.29.219.66
	route add 203.0.113.0/24 via inet6 fd21:219::66 dev k0
	route add 2001:db8::/32 via fd21:219::67
IP
start_unreach
for to in 172.29.219.77 198.51.100.9 203.0.113.9 fd21:219::77 2001:db8::9; do
	in_ns cli "$T/udp_send" "$to" 53 --wait 6 >"$SCENARIO_OUT/$to" &
	pids+=($!)
done
in_ns srv "$T/udp_send" 172.29.219.78 53 --wait 6 >"$SCENARIO_OUT/own" &
pids+=($!)
wait "${pids[@]}"
for to in 172.29.219.77 198.51.100.9 203.0.113.9 own; do
	result=$(<"$SCENARIO_OUT/$to")
	[ "$to" = own ] && from=172.29.219.1 || from=$V4
	saw_refused "$from" 3 1 EHOSTUNREACH
done
for to in fd21:219::77 2001:db8::9; do
	result=$(<"$SCENARIO_OUT/$to")
	saw_refused "$V6" 1 3 EHOSTUNREACH
done
expect <<JSON
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"172.29.219.77"},"netns":{"name":"$srv"},
 "neighbour":{"address":"172.29.219.77","device":"k0","gateway":"absent:"},
 "why":"re:^ARP of 172.29.219.77 on k0 .*failed","advice":"re:ip neigh show 172.29.219.77 dev k0"}
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"198.51.100.9"},
 "neighbour":{"address":"172.29.219.66","device":"k0","gateway":true},
 "why":"re:^ARP of 172.29.219.66 on k0, the next hop to 198.51.100.9"}
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"203.0.113.9"},
 "neighbour":{"address":"fd21:219::66","device":"k0","gateway":true},
 "why":"re:^neighbour discovery of fd21:219::66 on k0, the next hop to 203.0.113.9"}
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"fd21:219::77"},
 "neighbour":{"address":"fd21:219::77","device":"k0","gateway":"absent:"},
 "why":"re:^neighbour discovery of fd21:219::77 on k0"}
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"2001:db8::9"},
 "neighbour":{"address":"fd21:219::67","device":"k0","gateway":true}}
{"cause":"neighbour.failed","confidence":"proven","packet":{"src":"172.29.219.1","dst":"172.29.219.78"},
 "neighbour":{"address":"172.29.219.78","device":"k0"}}
JSON
