# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# REDIRECT, as service meshes do with DNS, to a port that nobody has.
topo
need_module nft_redir
nft_in srv <<-NFT
	table inet natt {
		chain pre {
			type nat hook prerouting priority dstnat
			udp dport 53 redirect to :15053
		}
	}
NFT
start_unreach
for ip in "$V4" "$V6"; do
	send cli "$ip" 53
	saw_port_unreachable "$ip"
	expect <<-JSON
		{"outcome":"sent","cause":"socket.nat","confidence":"proven","netns":{"inum":$(inum srv)},
		 "packet":{"dst":"$ip","dport":15053,"sport":$sport},
		 "nat":{"original_dst":"$ip","original_dport":53,"translated_dport":15053,
			"netns":{"inum":$(inum srv)}},
		 "why":"re:^no UDP socket is on port 15053 in netns $srv, where .*:53 to .*:15053$"}
	JSON
done
