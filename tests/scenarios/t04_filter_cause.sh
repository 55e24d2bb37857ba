# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --cause: only the causes and groups asked for.
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
listen srv 127.0.0.1 5003
for wanted in 'socket 5002,5003' 'socket.address,rule.nft 5001,5003'; do
	start_unreach --json --cause "${wanted% *}"
	for port in 5001 5002 5003; do
		send cli "$V4" "$port"
		saw_port_unreachable "$V4"
	done
	for port in ${wanted#* }; do
		for p in ${port//,/ }; do echo '{"packet":{"dport":'"$p"'},"netns":{"name":"'"$srv"'"}}'; done
	done | expect
	stop_unreach
	[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status"
	# The client's address must not run into the kernel's limit of 6 a peer.
	sleep 2
done
