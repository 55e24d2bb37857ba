# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Routes of type prohibit and unreachable, and none at all, look like a firewall to the
# client. A blackhole, and a host that does not forward, answer nothing.
topo
in_ns srv ip route add prohibit 198.51.100.0/24
in_ns srv ip route add unreachable 203.0.113.0/24
in_ns srv ip route add blackhole 192.0.2.128/25
in_ns srv ip rule add to 192.0.2.64/26 prohibit
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0
start_unreach
send cli 198.51.100.9 53
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli 203.0.113.9 53
saw_refused "$V4" 3 1 EHOSTUNREACH
send cli 192.0.2.9 53
saw_refused "$V4" 3 0 ENETUNREACH
send cli 192.0.2.65 53
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli 192.0.2.129 53
saw_silence
expect <<JSON
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"198.51.100.9"},
 "why":"re:prohibit refuses packets to 198.51.100.9 .*no firewall","advice":"re:ip route get 198"}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"203.0.113.9"},
 "why":"re:type unreachable refuses"}
{"outcome":"sent","cause":"route.none","confidence":"likely","packet":{"dst":"192.0.2.9"},
 "why":"re:no route leads to 192.0.2.9"}
{"outcome":"sent","cause":"route.rejected","confidence":"proven","packet":{"dst":"192.0.2.65"},
 "why":"re:a route or policy rule of type prohibit"}
JSON
forget_events
in_ns srv sysctl -qw net.ipv4.ip_forward=0
send cli 198.51.100.10 53 --wait .5
saw_silence
expect_none
