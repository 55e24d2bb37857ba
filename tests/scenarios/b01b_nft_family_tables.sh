# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The same in tables of the families ip and ip6, which have reject expressions of
# their own, with the codes that the rules name.
topo
nft_in srv <<'NFT'
table ip four { chain in { type filter hook input priority 0;
	udp dport 5001 reject with icmp type admin-prohibited comment "closed by policy"; }; }
table ip6 six { chain in { type filter hook input priority 0;
	udp dport 5001 reject with icmpv6 type admin-prohibited; }; }
NFT
nft_rule srv ip four in 'dport 5001'
handle4=$handle
nft_rule srv ip6 six in 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli "$V6" 5001
saw_refused "$V6" 1 1 EACCES
expect <<JSON
{"outcome":"sent","icmp":{"version":4,"type":3,"code":13},"cause":"rule.nft","confidence":"proven",
 "netns":{"name":"$srv"},"rule":{"engine":"nft","family":"ip","table":"four","chain":"in",
 "handle":$handle4,"hook":"input","comment":"closed by policy","text":"re:^udp dport 5001 reject with icmp"}}
{"outcome":"sent","icmp":{"version":6,"type":1,"code":1},"cause":"rule.nft","confidence":"proven",
 "netns":{"name":"$srv"},"rule":{"engine":"nft","family":"ip6","table":"six","chain":"in",
 "handle":$handle,"hook":"input","text":$(json "$text")}}
JSON
