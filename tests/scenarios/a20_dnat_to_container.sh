# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# srv sends a port on to the container, where nothing listens. What the client asked for
# is known by srv's conntrack alone.
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
NFT
start_unreach
send cli "$V4" 5353
saw_port_unreachable "$V4"
sport4=$sport
send cli "$V6" 5354
saw_port_unreachable "$V6"
sport6=$sport
expect <<JSON
{"outcome":"sent","cause":"socket.nat","confidence":"proven","netns":{"inum":$(inum ct),"name":"$ct"},
 "packet":{"dst":"$K4","dport":53,"sport":$sport4},
 "nat":{"original_dst":"$V4","original_dport":5353,"original_src":"$C4","original_sport":$sport4,
	"translated_dst":"$K4","translated_dport":53,"confidence":"proven",
	"netns":{"inum":$(inum srv),"name":"$srv"}},
 "why":"no UDP socket is on port 53 in netns $ct, where the packet was DNATed from $V4:5353 to $K4:53 in netns $srv",
 "advice":"re:conntrack -L -p udp --orig-dst $V4 --orig-port-dst 5353"}
{"outcome":"sent","cause":"socket.nat","confidence":"proven","netns":{"inum":$(inum ct)},
 "packet":{"dst":"$K6","dport":53,"sport":$sport6},
 "nat":{"original_dst":"$V6","original_dport":5354,"original_src":"$C6","original_sport":$sport6,
	"confidence":"proven","netns":{"inum":$(inum srv)}},
 "why":"re:DNATed from \\\\[$V6\\\\]:5354 to \\\\[$K6\\\\]:53 in netns $srv",
 "advice":"re:conntrack -L -f ipv6 -p udp --orig-dst $V6 --orig-port-dst 5354"}
JSON
