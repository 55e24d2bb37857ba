# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Rejected before routing: family inet and ip, both IP versions, also with a reset. The
# packet has no route yet; the kernel looks one up to answer.
topo
nft_in srv <<'NFT'
table inet early { chain pre { type filter hook prerouting priority -300;
	udp dport 5001 reject
	tcp dport 8080 reject with tcp reset
}; }
table ip raw { chain PREROUTING { type filter hook prerouting priority -310;
	udp dport 5002 reject with icmp host-prohibited
}; }
NFT
nft_rule srv inet early pre 'udp dport 5001'
udp_rule=$handle
nft_rule srv inet early pre 'tcp dport 8080'
tcp_rule=$handle
nft_rule srv ip raw PREROUTING 'udp dport 5002'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
send cli "$K4" 5001
saw '{"errors":[{"type":3,"code":3}]}'
tcp cli "$V4" 8080
saw '{"result":"ECONNREFUSED"}'
send cli "$V4" 5002
saw_refused "$V4" 3 10 EHOSTUNREACH
expect <<JSON
{"outcome":"sent","icmp":{"type":3,"code":3},"packet":{"dst":"$V4","dport":5001,"iif":"s0","path":"prerouting"},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"early","chain":"pre","handle":$udp_rule,"hook":"prerouting"}}
{"outcome":"sent","icmp":{"type":1,"code":4},"packet":{"dst":"$V6","dport":5001,"path":"prerouting"},
 "confidence":"proven","rule":{"family":"inet","table":"early","chain":"pre","handle":$udp_rule}}
{"outcome":"sent","packet":{"dst":"$K4","dport":5001,"path":"prerouting"},
 "confidence":"proven","rule":{"family":"inet","table":"early","chain":"pre","handle":$udp_rule}}
{"answer":"rst","outcome":"sent","packet":{"dst":"$V4","dport":8080,"path":"prerouting"},
 "confidence":"proven","rule":{"family":"inet","table":"early","chain":"pre","handle":$tcp_rule}}
{"outcome":"sent","icmp":{"type":3,"code":10},"packet":{"dst":"$V4","dport":5002,"path":"prerouting"},
 "confidence":"proven","rule":{"family":"ip","table":"raw","chain":"PREROUTING","handle":$handle}}
JSON
