# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The old engine: rules that "nft list ruleset" does not show, known by number.
need_legacy iptables
topo
in_ns srv iptables-legacy -A INPUT -p tcp --dport 22 -j ACCEPT
in_ns srv iptables-legacy -A INPUT -p udp --dport 5001 -m comment \
	--comment 'default/web:dns has no endpoints' -j REJECT
in_ns srv iptables-legacy -A INPUT -p udp --dport 5002 -j REJECT
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
text=$(in_ns srv iptables-legacy -S INPUT | sed -n 's/ --dport 5001/&/p')
expect <<JSON
{"outcome":"sent","cause":"rule.iptables","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"iptables","family":"ip","table":"filter","chain":"INPUT","number":2,
         "comment":"default/web:dns has no endpoints","hook":"input","text":$(json "$text")}}
JSON
