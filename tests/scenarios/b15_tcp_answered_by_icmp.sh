# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A TCP SYN answered with port unreachable: to the client it looks like a closed port.
topo
tcp_serve srv 0.0.0.0 8080
in_ns srv iptables-nft -A INPUT -p tcp --dport 8080 -j REJECT
nft_rule srv ip filter INPUT 'dport 8080'
start_unreach
tcp cli "$V4" 8080
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"outcome":"sent","icmp":{"type":3,"code":3},"packet":{"proto":"tcp","sport":$sport,"dport":8080},
 "netns":{"name":"$srv"},"cause":"rule.iptables-nft","confidence":"proven",
 "rule":{"engine":"iptables-nft","table":"filter","chain":"INPUT","handle":$handle,"hook":"input"}}
JSON
