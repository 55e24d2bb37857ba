# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The chain is reached by goto: what follows in the base chain never runs.
topo
nft_in srv <<'NFT'
table inet filter {
	chain zone { udp dport 5001 reject comment "by goto"; }
	chain input {
		type filter hook input priority 0;
		udp dport 5001 goto zone
		reject comment "catch-all"
	}
}
NFT
nft_rule srv inet filter zone 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"table":"filter","chain":"zone","handle":$handle,"comment":"by goto","hook":"input"}}
JSON
