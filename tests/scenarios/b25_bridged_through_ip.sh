# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# br_netfilter hands bridged frames to the rules for IP: the bridge's own address answers,
# about a packet that was never meant for this host. nftables and both iptables.
need_module br_netfilter
topo
bridge
in_ns srv sysctl -q -w net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 ||
	skip 'no bridge-nf-call-iptables in this namespace'
nft_in srv <<'NFT'
table inet filter { chain forward { type filter hook forward priority 0;
	udp dport 5001 reject
	tcp dport 8080 reject with tcp reset
}; }
NFT
in_ns srv iptables-nft -A FORWARD -p udp --dport 5002 -j REJECT
nft_rule srv inet filter forward 'udp dport 5001'
udp_rule=$handle
nft_rule srv inet filter forward 'tcp dport 8080'
start_unreach
send cli "$B4" 5001
saw_port_unreachable "$V4"
send cli "$B6" 5001
saw_port_unreachable "$V6"
tcp cli "$B4" 8080
saw '{"result":"ECONNREFUSED"}'
send cli "$B4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","packet":{"proto":"udp","src":"$C4","dst":"$B4","dport":5001,"iif":"br0","path":"forward"},
 "netns":{"name":"$srv"},"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"forward","handle":$udp_rule,"hook":"forward"}}
{"outcome":"sent","packet":{"dst":"$B6","dport":5001,"path":"forward"},"confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"forward","handle":$udp_rule}}
{"answer":"rst","outcome":"sent","packet":{"dst":"$B4","dport":8080,"path":"forward"},
 "confidence":"proven","rule":{"family":"inet","table":"filter","chain":"forward","handle":$handle}}
{"outcome":"sent","packet":{"dst":"$B4","dport":5002,"path":"forward"},"cause":"rule.iptables-nft",
 "confidence":"proven","rule":{"engine":"iptables-nft","table":"filter","chain":"FORWARD","hook":"forward"}}
JSON
