# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# fail2ban's way: whoever is in the set is rejected.
topo
listen srv 0.0.0.0 5001
nft_in srv <<'NFT'
table inet f2b {
	set banned { type ipv4_addr; elements = { 10.219.7.1 }; }
	chain input { type filter hook input priority -1; ip saddr @banned reject; }
}
NFT
nft_rule srv inet f2b input '@banned'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"nft","family":"inet","table":"f2b","chain":"input","handle":$handle,
         "text":$(json "$text"),"hook":"input","path":["input"],"catch_all":false,
         "matched":[{"set":"banned","element":"$C4"}]},
 "also":[{"slug":"note.matched","text":"re:element $C4 of set banned"}]}
JSON
