# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A flow is refused, then the service comes up in the container and a DNAT rule leads to it.
# The flow's conntrack entry is older than the rule and goes past it; new flows work.
topo
need_module nft_nat
nft_in srv <<-NFT
	table inet look {
		chain in { type filter hook prerouting priority 0; ct state new counter accept; }
	}
NFT
start_unreach
send cli "$V4" 5353 --sport 41000
saw_port_unreachable "$V4"
send cli "$V6" 5353 --sport 41006
saw_port_unreachable "$V6"
expect <<JSON
{"cause":"socket.none","confidence":"proven","nat":"absent:","packet":{"dst":"$V4","dport":5353}}
{"cause":"socket.none","confidence":"proven","nat":"absent:","packet":{"dst":"$V6","dport":5353}}
JSON

listen ct 0.0.0.0 53
listen ct :: 53 --v6only 1
nft_in srv <<-NFT
	table inet natt {
		chain pre {
			type nat hook prerouting priority dstnat
			iifname s0 udp dport { 53, 5353 } fib daddr type local jump published
		}
		chain published {
			meta l4proto tcp dnat ip to $K4:8053
			udp dport 5353 counter dnat ip to $K4:53 comment "dns"
			udp dport 5353 dnat ip6 to [$K6]:53
		}
	}
NFT
send cli "$V4" 5353 --sport 41000
saw_port_unreachable "$V4"
send cli "$V6" 5353 --sport 41006
saw_port_unreachable "$V6"
expect <<JSON
{"cause":"socket.stale-nat","confidence":"proven","netns":{"name":"$srv"},
 "packet":{"dst":"$V4","dport":5353,"sport":41000},
 "nat":{"original_dst":"$V4","original_dport":5353,"stale":true,"rules_changed":true,
	"rule_now":"re:udp dport 5353 .*dnat ip to $K4:53","translated_dst":"absent:"},
 "why":"re:^no UDP socket is on port 5353 in netns $srv: its conntrack entry is older than the NAT rule \`.*dnat ip to $K4:53.*\`, which new flows meet$",
 "advice":"re:ip netns exec $srv conntrack -D -p udp --orig-src $C4 --orig-dst $V4 --orig-port-src 41000 --orig-port-dst 5353\`$"}
{"cause":"socket.stale-nat","confidence":"proven","netns":{"name":"$srv"},
 "packet":{"dst":"$V6","dport":5353,"sport":41006},
 "nat":{"stale":true,"rule_now":"re:dnat ip6 to \\\\[$K6\\\\]:53"},
 "advice":"re:conntrack -D -f ipv6 -p udp --orig-src $C6 --orig-dst $V6 "}
JSON
send cli "$V4" 5353 --sport 41001
saw_reply "$V4"
send cli "$V6" 5353 --sport 41007
saw_reply "$V6"
expect_none
