# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The rejecting rule sits in a chain that the base chain jumps to.
topo
listen srv 0.0.0.0 5001
nft_in srv <<'NFT'
table inet filter {
	chain zone_public { udp dport 5001 counter reject; }
	chain input { type filter hook input priority 0; iifname "s0" jump zone_public; }
}
NFT
nft_rule srv inet filter zone_public 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"nft","family":"inet","table":"filter","chain":"zone_public","handle":$handle,
         "text":"re:^udp dport 5001 counter .*reject","hook":"input"}}
JSON
