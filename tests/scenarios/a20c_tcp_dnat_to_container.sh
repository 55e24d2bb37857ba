# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --tcp-reset: a published TCP port leads into a container where nothing listens; the reset is made
# there, the translation is the host's. So is a redirection to a port of the host that is closed. A
# client that connects to the container itself was translated by nobody.
topo
need_module nft_nat
nft_in srv <<-NFT
	table inet natt {
		chain pre {
			type nat hook prerouting priority dstnat
			tcp dport 8080 dnat ip to $K4:80
			tcp dport 8080 dnat ip6 to [$K6]:80
			tcp dport 8081 redirect to :8082
			tcp dport 8083 dnat ip to $K4:83
		}
		chain post {
			type nat hook postrouting priority srcnat
			oifname k0 meta nfproto ipv4 masquerade
		}
	}
NFT
tcp_serve srv 0.0.0.0 80
tcp_serve ct 0.0.0.0 83
start_unreach --json --tcp-reset
tcp cli "$V4" 8080
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"answer":"rst","outcome":"sent","cause":"socket.nat","confidence":"proven","netns":{"name":"$ct"},
 "packet":{"proto":"tcp","src":"172.29.219.1","dst":"$K4","dport":80},
 "nat":{"original_src":"$C4","original_dst":"$V4","original_dport":8080,"stale":"absent:","netns":{"name":"$srv"}},
 "why":"re:no TCP socket is on port 80 in netns $ct, where the packet was DNATed from $V4:8080 to $K4:80 in netns $srv"}
JSON
tcp cli "$V6" 8080
saw '{"result":"ECONNREFUSED"}'
tcp cli "$V4" 8081
saw '{"result":"ECONNREFUSED"}'
tcp cli "$V4" 8083 --send 0
saw '{"result":"connected"}'
tcp cli "$K4" 81
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"cause":"socket.nat","confidence":"proven","netns":{"name":"$ct"},
 "packet":{"src":"$C6","dst":"$K6","dport":80},
 "nat":{"original_dst":"$V6","original_dport":8080,"netns":{"name":"$srv"}}}
{"cause":"socket.nat","confidence":"proven","netns":{"name":"$srv"},
 "packet":{"dst":"$V4","dport":8082},"nat":{"original_dst":"$V4","original_dport":8081}}
{"cause":"socket.none","confidence":"proven","netns":{"name":"$ct"},"packet":{"dst":"$K4","dport":81},"nat":"absent:"}
JSON
