# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An nftables rule rejects, though a listener would answer; IPv4 and IPv6 alike.
topo
listen srv :: 5001 --v6only 0
nft_in srv <<'NFT'
table inet filter {
	chain input {
		type filter hook input priority 0; policy accept;
		tcp dport 22 accept
		udp dport 5001 reject
		udp dport 5002 reject
	}
}
NFT
nft_rule srv inet filter input 'udp dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
rule='"outcome":"sent","netns":{"name":"'$srv'"},"cause":"rule.nft","confidence":"proven",
 "rule":{"engine":"nft","family":"inet","table":"filter","chain":"input","handle":'$handle',
         "text":'$(json "$text")',"hook":"input"},"says:":"pid\\D{1,3}'$pid'\\b"'
expect <<JSON
{"icmp":{"version":4,"type":3,"code":3,"to":"$C4"},"packet":{"dst":"$V4","dport":5001},$rule}
{"icmp":{"version":6,"type":1,"code":4,"to":"$C6"},"packet":{"dst":"$V6","dport":5001},$rule}
JSON
