# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As B05, over IPv6, in a chain of the user's.
topo
in_ns srv ip6tables-nft -N services
in_ns srv ip6tables-nft -A INPUT -p udp -j services
in_ns srv ip6tables-nft -A services -p udp --dport 5001 -m comment --comment 'no v6 here' \
	-j REJECT --reject-with icmp6-adm-prohibited
nft_rule srv ip6 filter services 'dport 5001'
start_unreach
send cli "$V6" 5001
saw_refused "$V6" 1 1 EACCES
expect <<JSON
{"outcome":"sent","icmp":{"version":6,"type":1,"code":1},"cause":"rule.iptables-nft",
 "confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"iptables-nft","family":"ip6","table":"filter","chain":"services",
         "handle":$handle,"comment":"no v6 here","hook":"input",
         "text":"re:^-A services .*--dport 5001 .*-j REJECT --reject-with icmp6-adm-prohibited"}}
JSON
