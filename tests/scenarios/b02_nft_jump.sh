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
         "text":"re:^udp dport 5001 counter .*reject","hook":"input","base_chain":"input",
         "path":["input","zone_public"]}}
JSON
# From here on the rule set is known to have stood still since before the packet.
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"proven",
 "rule":{"chain":"zone_public","handle":$handle,"path":["input","zone_public"],
         "path_confidence":"proven","catch_all":false,
         "way":[{"chain":"input","number":1,"text":$(json 'iifname "s0" jump zone_public')}]},
 "why":"re:hook input, reached from input.:",
 "also":[{"slug":"note.way","text":"re:^led there by input handle [0-9]+: iifname .s0. jump zone_public$"}]}
JSON
