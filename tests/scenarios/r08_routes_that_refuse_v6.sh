# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# In IPv6 a missing route and one of type unreachable give the same answer: the route that the
# packet carries tells them apart. Where it carries none, in a VRF, the tables are read.
topo
ip -n "$srv" -6 -batch - <<-IP
	route add prohibit 2001:db8:1::/48
	route add unreachable 2001:db8:2::/48 metric 7 table 77
	rule add priority 100 to 2001:db8:2::/48 lookup 77
	rule add priority 200 to 2001:db8:4::/48 prohibit
	rule add priority 300 to 2001:db8:5::/48 fwmark 0/1 unreachable
IP
in_ns srv sysctl -qw net.ipv6.icmp.ratelimit=0
start_unreach
send cli 2001:db8:1::9 53
saw_refused "$V6" 1 1 EACCES
send cli 2001:db8:2::9 53
saw_refused "$V6" 1 0 ENETUNREACH
send cli 2001:db8:3::9 53
saw_refused "$V6" 1 0 ENETUNREACH
send cli 2001:db8:4::9 53
saw_refused "$V6" 1 1 EACCES
send cli 2001:db8:5::9 53
saw_refused "$V6" 1 0 ENETUNREACH
expect <<JSON
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"2001:db8:1::9"},
 "why":"re:^route prohibit 2001:db8:1::/48 .table main, metric 1024. refuses",
 "route":{"kind":"route","type":"prohibit","prefix":"2001:db8:1::/48","table":254,"as_of":"event"}}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"2001:db8:2::9"},
 "advice":"re:ip -6 route show table 77 type unreachable",
 "route":{"kind":"route","type":"unreachable","prefix":"2001:db8:2::/48","table":77,"metric":7,"as_of":"event"}}
{"outcome":"sent","cause":"route.none","confidence":"proven","packet":{"dst":"2001:db8:3::9"},
 "route":{"kind":"none","confidence":"proven"}}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"2001:db8:4::9"},
 "route":{"kind":"rule","type":"prohibit","priority":200,"selector":"from all to 2001:db8:4::/48","confidence":"proven"}}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"2001:db8:5::9"},
 "route":{"kind":"rule","type":"unreachable","priority":300,"confidence":"proven"}}
JSON
# A host that stands in for another in neighbour discovery forwards nothing to its link-local
# address.
in_ns srv sysctl -qw net.ipv6.conf.all.proxy_ndp=1
ip -n "$srv" neigh add proxy fe80::99 dev s0
ip -n "$cli" neigh add fe80::99 lladdr 02:00:00:00:07:02 dev c0
# The device has its own link-local address, and with it the route, only after a moment.
for ((i = 0; i < 50; i++)); do
	[ -z "$(ip -n "$srv" -6 route show fe80::/64 dev s0)" ] || break
	pause 0.1
done
send cli fe80::99 53 --dev c0
saw '{"errors":[{"errno":"EHOSTUNREACH","type":1,"code":3}]}'
expect <<JSON
{"outcome":"sent","cause":"policy.scope","confidence":"proven","packet":{"dst":"fe80::99"},
 "why":"re:^fe80::99 .*is link-local.*proxy_ndp","advice":"re:ip -6 neigh show proxy"}
JSON
need_module vrf
ip -n "$srv" -batch - <<-IP
	link add red type vrf table 10
	link set red up
	link set s0 master red
	addr replace $V6/64 dev s0 nodad
	neigh replace $C6 lladdr 02:00:00:00:07:01 dev s0
IP
ip -n "$srv" -6 route add prohibit 2001:db8:1::/48 table 10
send cli 2001:db8:1::9 53
saw_refused "$V6" 1 1 EACCES
send cli 2001:db8:3::9 53
saw_refused "$V6" 1 0 ENETUNREACH
expect <<JSON
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"2001:db8:1::9"},
 "route":{"kind":"route","type":"prohibit","prefix":"2001:db8:1::/48","table":10}}
{"outcome":"sent","cause":"route.none","packet":{"dst":"2001:db8:3::9"},"route":{"kind":"none"}}
JSON
