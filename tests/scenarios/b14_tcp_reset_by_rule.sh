# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The rule answers with a TCP reset, though a listener is there. No unreachable is
# generated and none is invented; the reset is the rule's.
topo
tcp_serve srv 0.0.0.0 8080
server=$pid
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0;
	tcp dport 8080 reject with tcp reset; }; }
NFT
nft_rule srv inet filter input 'dport 8080'
start_unreach
start_program cli "$T/pkt_read" c0
tcp cli "$V4" 8080
saw '{"result":"ECONNREFUSED"}'
sleep .2
grep -q '"kind":"reset"' "$log" || fail "no reset on the wire: $(cat "$log")"
! grep -q '"kind":"unreachable"' "$log" || fail "an unreachable on the wire: $(cat "$log")"
expect <<JSON
{"answer":"rst","outcome":"sent","icmp":"absent:","packet":{"proto":"tcp","sport":$sport,"dport":8080},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"engine":"nft","family":"inet","table":"filter","chain":"input","handle":$handle,
         "text":$(json "$text"),"hook":"input"},"says:":"pid\\\\D{1,3}$server\\\\b"}
JSON
