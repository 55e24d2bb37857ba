# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# iptables in its nft form, as Debian has it, with kube-proxy's comment.
topo
in_ns srv iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT
in_ns srv iptables-nft -A INPUT -p udp --dport 5001 -m comment \
	--comment 'default/web:dns has no endpoints' -j REJECT
nft_rule srv ip filter INPUT 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.iptables-nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"iptables-nft","family":"ip","table":"filter","chain":"INPUT","handle":$handle,
         "comment":"default/web:dns has no endpoints","hook":"input",
         "text":"re:^-A INPUT .*--dport 5001 .*-j REJECT --reject-with icmp-port-unreachable"}}
JSON
