# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --cause: only the causes and groups asked for. A filter expression, and -i: only these packets,
# and the others are counted all the same. No kernel takes what "protochain" comes to.
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
listen srv 127.0.0.1 5003
for wanted in '--cause socket,5002 5003' '--cause socket.address,rule.nft ip protochain 17,5001 5003' \
	'--cause rule,socket.none -i s0 ip src 10.219.7.1 and udp portrange 5000-5001 and udp[8]!=0,5001'; do
	# shellcheck disable=SC2086 # words
	start_unreach --json ${wanted%,*}
	for port in 5001 5002 5003; do
		send cli "$V4" "$port"
		saw_port_unreachable "$V4"
	done
	for port in ${wanted##*,}; do
		echo '{"packet":{"dport":'"$port"'},"netns":{"name":"'"$srv"'"}}'
	done | expect
	stop_unreach
	[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status"
	grep -q ': 3 answers in' "$unreach_err" || fail 'it is not said that there were three'
	[[ $wanted != *portrange* ]] || grep -q ' 2  not shown: other packets' "$unreach_err" ||
		fail 'it is not said that two were other packets'
	# The client's address must not run into the kernel's limit of 6 a peer.
	sleep 2
done
