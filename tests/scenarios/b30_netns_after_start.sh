# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A namespace that is made while unreach runs, with rules of its own, is seen at once.
start_unreach
topo
nft_in ct <<'NFT'
table inet late { chain in { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
nft_rule ct inet late in 'dport 5001'
send cli "$K4" 5001
saw_port_unreachable "$K4"
send cli "$K4" 5002
saw_port_unreachable "$K4"
expect <<JSON
{"outcome":"sent","packet":{"dport":5001},"netns":{"inum":$(inum ct),"name":"$ct"},
 "cause":"rule.nft","confidence":"proven","rule":{"table":"late","chain":"in","handle":$handle}}
{"outcome":"sent","packet":{"dport":5002},"netns":{"inum":$(inum ct),"name":"$ct"},
 "cause":"socket.none","confidence":"proven"}
JSON
