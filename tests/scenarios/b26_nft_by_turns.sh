# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Every other packet is rejected: the same packet may come through the next time.
need_module nft_numgen
topo
listen srv 0.0.0.0 5001
nft_in srv <<'NFT'
table inet filter {
	chain input { type filter hook input priority 0; udp dport 5001 numgen inc mod 2 0 reject; }
}
NFT
nft_rule srv inet filter input 'numgen'
start_unreach
send cli "$V4" 5001 -n 4
[[ $result == *ECONNREFUSED* && $result == *'"replies":[{'* ]] || fail "both kinds, not $result"
expect <<JSON
{"cause":"rule.nft","confidence":"proven","count":1,
 "rule":{"handle":$handle,"varies":{"by":"random","words":"numgen inc mod 2 0"}},
 "also":[{"slug":"note.varies"},{"slug":"note.listener-behind"}]}
{"cause":"rule.nft","rule":{"handle":$handle}}
JSON
