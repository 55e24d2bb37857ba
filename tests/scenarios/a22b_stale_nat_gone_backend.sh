# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The backend moves to another port, and the rule with it. A flow from before still goes to
# the old one: proven where its entry was seen under the old rule, likely else. While the rule
# leads there, it is the plain case.
topo
need_module nft_nat
# The first rule keeps conntrack in this namespace.
rules() {
	nft_in srv <<-NFT
		table ip natt
		delete table ip natt
		table ip natt {
			chain pre {
				type nat hook prerouting priority dstnat
				tcp dport 80 dnat to $K4:8080
				$1
			}
		}
	NFT
}
rules "ip daddr $V4 udp dport 5353 dnat to $K4:53"
start_unreach
send cli "$V4" 5353 --sport 41000
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.nat","confidence":"proven","nat":{"original_dport":5353,"stale":"absent:"}}
JSON

listen ct 0.0.0.0 53
send cli "$V4" 5353 --sport 41002
saw_reply "$V4"
kill -9 "$pid"
listen ct 0.0.0.0 54
rules "ip daddr $V4 udp dport 5353 dnat to $K4:54"
send cli "$V4" 5353 --sport 41000
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.stale-nat","confidence":"proven","netns":{"name":"$ct"},
 "packet":{"dst":"$K4","dport":53,"sport":41000},
 "nat":{"original_dst":"$V4","original_dport":5353,"translated_dst":"$K4","translated_dport":53,
	"stale":true,"rules_changed":true,"rule_now":"re:dnat to $K4:54","netns":{"name":"$srv"}},
 "why":"re:DNATed from $V4:5353 to $K4:53 in netns $srv, by a conntrack entry older than the NAT rules: new flows meet \`ip daddr $V4 udp dport 5353 dnat to $K4:54\`$",
 "advice":"re:ip netns exec $srv conntrack -D -p udp --orig-src $C4 --orig-dst $V4 --orig-port-src 41000 "}
JSON
send cli "$V4" 5353 --sport 41002
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.stale-nat","confidence":"likely","netns":{"name":"$ct"},
 "packet":{"dst":"$K4","dport":53,"sport":41002},"nat":{"rules_changed":false},
 "why":"re:by a conntrack entry probably older than the NAT rules"}
JSON
rules ""
send cli "$V4" 5353 --sport 41000
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.stale-nat","confidence":"proven","nat":{"rule_now":null},
 "why":"re:older than the NAT rules: none leads there now$"}
JSON
