# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Routes of type prohibit and unreachable, policy rules, and none at all, look like a firewall
# to the client; each is named. A blackhole, and a host that does not forward, answer nothing.
topo
ip -n "$srv" -batch - <<-IP
	route add prohibit 198.51.100.0/24
	route add prohibit 198.51.0.0/16 metric 7
	route add unreachable 203.0.113.0/24 table 77
	route add throw 203.0.113.128/25 table 77
	route add blackhole 192.0.2.128/25
	rule add priority 100 to 203.0.113.0/24 lookup 77
	rule add priority 200 to 192.0.2.64/26 ipproto udp dport 53 prohibit
	route add prohibit default table 78
	rule add priority 300 not to 172.16.0.0/12 lookup 79
	rule add priority 310 iif k0 lookup 78
	rule add priority 400 from 10.219.7.1 to 192.0.2.32/27 iif s0 unreachable
	rule add priority 500 to 192.0.2.16/28 uidrange 5-6 unreachable
IP
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0
start_unreach
send cli 198.51.100.9 53
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli 203.0.113.9 53
saw_refused "$V4" 3 1 EHOSTUNREACH
send cli 203.0.113.129 53
saw_refused "$V4" 3 0 ENETUNREACH
send cli 192.0.2.65 53
saw_refused "$V4" 3 13 EHOSTUNREACH
send ct 10.9.9.9 53
saw_refused 172.29.219.1 3 13 EHOSTUNREACH
expect <<JSON
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"198.51.100.9"},
 "why":"re:^route prohibit 198.51.100.0/24 .table main. refuses packets to 198.51.100.9 .*no firewall",
 "advice":"re:ip route show table main type prohibit",
 "route":{"kind":"route","type":"prohibit","prefix":"198.51.100.0/24","table":254,"metric":0,
          "confidence":"proven","as_of":"after-event"}}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"203.0.113.9"},
 "route":{"kind":"route","type":"unreachable","prefix":"203.0.113.0/24","table":77,"confidence":"proven"}}
{"outcome":"sent","cause":"route.none","confidence":"proven","packet":{"dst":"203.0.113.129"},
 "why":"re:^no route leads to 203.0.113.129 in netns [^ ]*$","advice":"re:ip route get 203.*add a route",
 "route":{"kind":"none","confidence":"proven"}}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"192.0.2.65"},
 "why":"re:^policy rule 200 .from all to 192.0.2.64/26 ipproto udp dport 53 prohibit. refuses",
 "advice":"re:ip rule show pref 200",
 "route":{"kind":"rule","type":"prohibit","priority":200,"prefix":"absent:","confidence":"proven",
          "selector":"from all to 192.0.2.64/26 ipproto udp dport 53"}}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"10.9.9.9"},
 "why":"re:^route prohibit default .table 78.","route":{"kind":"route","prefix":"0.0.0.0/0","table":78,"confidence":"proven"}}
JSON
cost=$(sysctl -n net.ipv4.route.error_cost) # of all namespaces
sysctl -qw net.ipv4.route.error_cost=0
send cli 198.51.7.9 53
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli 192.0.2.33 53
saw_refused "$V4" 3 0 ENETUNREACH
send cli 192.0.2.17 53
saw_refused "$V4" 3 0 ENETUNREACH
send cli 192.0.2.129 53
saw_silence
expect <<JSON
{"cause":"route.rejected","packet":{"dst":"198.51.7.9"},
 "route":{"kind":"route","prefix":"198.51.0.0/16","metric":7,"confidence":"proven"}}
{"cause":"route.rejected","confidence":"proven","packet":{"dst":"192.0.2.33"},
 "route":{"kind":"rule","type":"unreachable","priority":400,"selector":"from 10.219.7.1 to 192.0.2.32/27 iif s0"}}
{"cause":"route.none","confidence":"likely","packet":{"dst":"192.0.2.17"},"route":null,
 "why":"re:or a policy rule of type unreachable"}
JSON
# What was taken away before anybody looked is not made up, nor is what came in its place.
hold_unreach
send cli 198.51.100.10 53
saw_refused "$V4" 3 13 EHOSTUNREACH
in_ns srv ip route del prohibit 198.51.100.0/24
release_unreach
expect <<JSON
{"cause":"route.rejected","confidence":"proven","packet":{"dst":"198.51.100.10"},
 "route":{"kind":"route","prefix":"198.51.0.0/16","confidence":"likely","as_of":"after-event"},
 "why":"re:, as read just after; no firewall"}
JSON
sysctl -qw net.ipv4.route.error_cost="$cost"
# Other errors are another tool's, and what is dropped without an answer is no event: a TTL that
# has run out, a source that the route back contradicts, a blackhole, no forwarding at all.
send cli "$K4" 5001 --ttl 1
saw_refused "$V4" 11 0 EHOSTUNREACH
in_ns srv sysctl -qw net.ipv4.conf.k0.rp_filter=1
in_ns ct "$T/raw_send" spoof "$C4" 172.29.219.1 4001 5001 >/dev/null
if modprobe -q nft_fib_inet; then
	nft_in srv <<<'table inet rpf { chain pre { type filter hook prerouting priority -300; meta nfproto ipv6 meta l4proto udp fib saddr . iif oif missing drop; }; }'
	in_ns ct "$T/raw_send" spoof "$C6" fd21:219::1 4001 5001 >/dev/null
fi
ip -n "$srv" -6 route add blackhole 2001:db8:9::/48
send cli 2001:db8:9::1 53
saw_silence
in_ns srv sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
send cli 198.51.7.10 53 --wait .5
saw_silence
send cli "$K6" 5001 --wait .5
saw_silence
expect_none
