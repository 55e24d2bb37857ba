# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Both are true: a rule rejects, and nobody would listen behind it. The rule ran.
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
nft_rule srv inet filter input 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"table":"filter","chain":"input","handle":$handle},
 "also":[{"text":"re:(?i)(no|nothing|nobody).*(listen|socket|behind)"}]}
JSON
