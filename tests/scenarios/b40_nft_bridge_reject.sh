# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A bridge rejects between its ports: it builds the answer by hand, in the other's name, and
# the host's IP stack never sees it.
need_module nft_reject_bridge
topo
bridge
nft_in srv <<'NFT'
table bridge b { chain f { type filter hook prerouting priority 0;
	udp dport 5001 reject comment "not across"
	tcp dport 8080 reject
	tcp dport 8081 reject with tcp reset
}; }
NFT
nft_rule srv bridge b f 'udp dport 5001'
udp_rule=$handle udp_text=$text
nft_rule srv bridge b f 'tcp dport 8080'
tcp_rule=$handle
nft_rule srv bridge b f 'tcp dport 8081'
start_unreach
start_program cli "$T/pkt_read" c0
wire=$log
send cli "$B4" 5001
saw_port_unreachable "$B4"
send cli "$B6" 5001
saw_port_unreachable "$B6"
tcp cli "$B4" 8080
saw '{"result":"ECONNREFUSED"}'
tcp cli "$B4" 8081
saw '{"result":"ECONNREFUSED"}'
tcp cli "$B6" 8081
saw '{"result":"ECONNREFUSED"}'
sleep .2
[ "$(grep -c '"kind":"reset"' "$wire")" = 2 ] || fail "not two resets on the wire: $(cat "$wire")"
none_left srv # for these pass no counter of IP
expect <<JSON
{"answer":"icmp","outcome":"sent","icmp":{"version":4,"type":3,"code":3},
 "packet":{"proto":"udp","src":"$C4","dst":"$B4","dport":5001,"iif":"s0","path":"prerouting"},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"engine":"nft","family":"bridge","table":"b","chain":"f","handle":$udp_rule,
         "text":$(json "$udp_text"),"comment":"not across","hook":"prerouting"}}
{"answer":"icmp","outcome":"sent","icmp":{"version":6,"type":1,"code":4},
 "packet":{"proto":"udp","src":"$C6","dst":"$B6","dport":5001},
 "rule":{"family":"bridge","table":"b","chain":"f","handle":$udp_rule}}
{"answer":"icmp","outcome":"sent","packet":{"proto":"tcp","dst":"$B4","dport":8080},
 "rule":{"family":"bridge","table":"b","chain":"f","handle":$tcp_rule}}
{"answer":"rst","outcome":"sent","icmp":"absent:","packet":{"proto":"tcp","dst":"$B4","dport":8081},
 "confidence":"proven","rule":{"family":"bridge","table":"b","chain":"f","handle":$handle}}
{"answer":"rst","outcome":"sent","packet":{"proto":"tcp","dst":"$B6","dport":8081},
 "rule":{"family":"bridge","table":"b","chain":"f","handle":$handle}}
JSON
