# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The old engine's IPv6 half.
need_legacy ip6tables
topo
in_ns srv ip6tables-legacy -A INPUT -p udp --dport 5001 -m comment --comment 'no v6 here' \
	-j REJECT --reject-with icmp6-adm-prohibited
start_unreach
send cli "$V6" 5001
saw_refused "$V6" 1 1 EACCES
text=$(in_ns srv ip6tables-legacy -S INPUT | sed -n 's/ --dport 5001/&/p')
expect <<JSON
{"outcome":"sent","icmp":{"version":6,"type":1,"code":1},"cause":"rule.iptables",
 "confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"iptables","family":"ip6","table":"filter","chain":"INPUT","number":1,
         "comment":"no v6 here","hook":"input","text":$(json "$text")}}
JSON
