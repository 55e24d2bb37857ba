# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The same rule comes back under a new handle after a reload; its text may be known
# from before, its handle must be the new one.
topo
rules='table inet filter { chain input { type filter hook input priority 0;
	udp dport 5000 accept; udp dport 5001 reject comment "first"; }; }'
nft_in srv <<<"$rules"
nft_rule srv inet filter input 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
first=$handle
expect <<JSON
{"cause":"rule.nft","confidence":"proven","rule":{"handle":$first,"comment":"first"}}
JSON
in_ns srv nft flush chain inet filter input
in_ns srv nft 'add rule inet filter input udp dport 5001 reject comment "second"'
nft_rule srv inet filter input 'dport 5001'
[ "$handle" != "$first" ] || fail 'the handle did not change'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"proven",
 "rule":{"handle":$handle,"comment":"second","text":"re:second"}}
JSON
