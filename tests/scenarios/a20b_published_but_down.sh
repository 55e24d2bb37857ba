# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The container's service is down; the host has a service on the very port of the container
# and on the published one. Neither is asked: the packet went to the container. A client that
# sent to the container itself was translated by nobody.
topo
need_module nft_nat
nft_in srv <<-NFT
	table ip natt {
		chain pre {
			type nat hook prerouting priority dstnat
			udp dport 5353 dnat to $K4:53
		}
		chain post {
			type nat hook postrouting priority srcnat
			oifname k0 masquerade
		}
	}
NFT
listen srv 0.0.0.0 53
listen srv 0.0.0.0 5353
start_unreach
send cli "$V4" 5353
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.nat","confidence":"proven","netns":{"name":"$ct"},
 "packet":{"src":"172.29.219.1","dst":"$K4","dport":53},
 "nat":{"original_src":"$C4","original_dst":"$V4","original_dport":5353,"stale":"absent:","netns":{"name":"$srv"}}}
JSON
send cli "$K4" 53
saw_port_unreachable "$K4"
expect <<JSON
{"cause":"socket.netns","confidence":"likely","netns":{"name":"$ct"},
 "packet":{"src":"172.29.219.1","dst":"$K4","dport":53},"nat":"absent:"}
JSON
