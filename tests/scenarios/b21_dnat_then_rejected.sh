# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Published to the container, and rejected on the way there: the rule matches what the packet
# was rewritten to, the client asked for something else.
topo
need_module nft_nat
nft_in srv <<-NFT
	table inet natt {
		chain pre {
			type nat hook prerouting priority dstnat
			udp dport 5353 dnat ip to $K4:53
			udp dport 5354 dnat ip6 to [$K6]:53
		}
	}
	table inet guard {
		chain through { type filter hook forward priority 0; udp dport 53 reject; }
	}
NFT
listen ct 0.0.0.0 53
nft_rule srv inet guard through 'udp dport 53 reject'
start_unreach
send cli "$V4" 5353
saw_port_unreachable "$V4"
send cli "$V6" 5354
saw_port_unreachable "$V6"
expect <<JSON
{"cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},"packet":{"dst":"$K4","dport":53},
 "rule":{"handle":$handle,"hook":"forward"},
 "nat":{"original_dst":"$V4","original_dport":5353,"translated_dst":"$K4","translated_dport":53,"stale":"absent:"},
 "also":[{"slug":"note.nat","text":"re:DNATed from $V4:5353 to $K4:53"}]}
{"cause":"rule.nft","confidence":"proven","packet":{"dst":"$K6","dport":53},
 "nat":{"original_dst":"$V6","original_dport":5354}}
JSON
