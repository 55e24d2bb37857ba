# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the bridge hands up to its own host, rejected before that host's IP sees it; and frames
# that nobody may answer: to many, and of no IP version.
need_module nft_reject_bridge
topo
bridge
nft_in srv <<'NFT'
table bridge b { chain in { type filter hook input priority 0;
	ether type ip udp dport 5001 reject with icmp admin-prohibited
	ether type ip6 udp dport 5001 reject with icmpv6 no-route
	udp dport 5002 reject
	ether saddr 02:00:00:00:07:01 ether type != { ip, ip6 } counter reject
}; }
NFT
nft_rule srv bridge b in 'icmp admin-prohibited'
four=$handle
nft_rule srv bridge b in 'no-route'
six=$handle
nft_rule srv bridge b in 'udp dport 5002'
many=$handle
start_unreach
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli "$V6" 5001
saw_refused "$V6" 1 0 ENETUNREACH
send cli 10.219.7.255 5002 --bcast
saw_silence
# a gratuitous ARP request
in_ns cli sysctl -q -w net.ipv4.conf.c0.arp_notify=1
ip -n "$cli" link set c0 address 02:00:00:00:07:01
sleep .1
nft_rule srv bridge b in 'counter packets'
[[ $text != *'packets 0 '* ]] || fail "no ARP came: $text"
expect <<JSON
{"outcome":"sent","icmp":{"version":4,"type":3,"code":13},
 "packet":{"proto":"udp","dst":"$V4","dport":5001,"iif":"s0","path":"input"},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"bridge","table":"b","chain":"in","handle":$four,"hook":"input"}}
{"outcome":"sent","icmp":{"version":6,"type":1,"code":0},"packet":{"dst":"$V6","dport":5001},
 "rule":{"family":"bridge","table":"b","chain":"in","handle":$six,"hook":"input"}}
{"outcome":"suppressed","suppressed_by":"broadcast","packet":{"dst":"10.219.7.255","dport":5002},
 "rule":{"family":"bridge","table":"b","chain":"in","handle":$many,"hook":"input"}}
JSON
