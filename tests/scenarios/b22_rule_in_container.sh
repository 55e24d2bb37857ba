# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The rule is in the container's own rule set; the host's is empty.
topo
listen ct 0.0.0.0 5001
nft_in ct <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
nft_rule ct inet filter input 'dport 5001'
start_unreach
send cli "$K4" 5001
saw_port_unreachable "$K4"
expect <<JSON
{"outcome":"sent","packet":{"dst":"$K4","dport":5001,"iif":"k1"},
 "netns":{"inum":$(inum ct),"name":"$ct"},"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"input","handle":$handle,
         "text":$(json "$text"),"hook":"input"}}
JSON
