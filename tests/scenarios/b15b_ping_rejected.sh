# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Other protocols that a rule rejects: here an echo request.
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0;
	icmp type echo-request reject with icmp type admin-prohibited; }; }
NFT
nft_rule srv inet filter input 'echo-request'
start_unreach
said=$(in_ns cli ping -n -c 1 -W 2 "$V4" || true)
grep -q -i -e 'prohibited' -e 'filtered' <<<"$said" || fail "ping saw: $said"
expect <<JSON
{"outcome":"sent","icmp":{"type":3,"code":13},"packet":{"proto":"icmp","src":"$C4","dst":"$V4"},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"input","handle":$handle,"text":$(json "$text")}}
JSON
