# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Table a accepts the packet. That ends table a only: table b, which comes later,
# rejects it.
topo
nft_in srv <<'NFT'
table inet a { chain in { type filter hook input priority -10; udp dport 5001 accept; }; }
table inet b { chain in { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
nft_rule srv inet b in 'dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"family":"inet","table":"b","chain":"in","handle":$handle,"text":$(json "$text"),
         "hook":"input","accepted_before":{"family":"inet","table":"a","chain":"in",
         "text":"udp dport 5001 accept","confidence":"likely"}},
 "also":[{"slug":"note.accepted-before","text":"re:probably accepted it before"}]}
JSON
