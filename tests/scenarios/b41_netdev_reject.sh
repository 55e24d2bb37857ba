# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A reject on a device's ingress, before anything else: also built by hand. Few kernels have it.
need_module nft_reject_netdev
topo
nft_in srv <<'NFT'
table netdev n { chain ing { type filter hook ingress device s0 priority 0;
	udp dport 5001 reject
	tcp dport 8080 reject with tcp reset
}; }
NFT
nft_rule srv netdev n ing 'udp dport 5001'
udp_rule=$handle
nft_rule srv netdev n ing 'tcp dport 8080'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
tcp cli "$V4" 8080
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"answer":"icmp","outcome":"sent","packet":{"dst":"$V4","dport":5001,"iif":"s0","path":"ingress"},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"netdev","table":"n","chain":"ing","handle":$udp_rule,"hook":"ingress"}}
{"answer":"rst","outcome":"sent","packet":{"dst":"$V4","dport":8080},
 "rule":{"family":"netdev","table":"n","chain":"ing","handle":$handle,"hook":"ingress"}}
JSON
