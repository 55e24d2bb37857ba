# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Three are rejected; the rest is beyond the limit and dropped by the policy, silently, so
# there is nothing to report of them.
topo
nft_in srv <<'NFT'
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		udp dport 5001 limit rate 3/hour burst 3 packets reject
	}
}
NFT
nft_rule srv inet filter input 'dport 5001'
start_unreach
send cli "$V4" 5001 -n 10
rule='"cause":"rule.nft","confidence":"proven",
 "rule":{"handle":'$handle',"policy":"drop","catch_all":false,
         "varies":{"by":"rate","words":"re:^limit rate 3/hour"}}'
expect <<JSON
{$rule,"also":[{"slug":"note.varies","text":"re:not every such packet is rejected"}]}
{$rule}
{$rule}
JSON
