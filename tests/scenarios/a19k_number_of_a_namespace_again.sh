# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Namespaces that follow one another, so that the kernel gives the number of one to the
# next: what was closed in the one before was never in this one.
topo
start_unreach
want=''
for i in 1 2 3 4 5 6; do
	namespaces+=("$id-$i")
	ip netns add "$id-$i"
	ip -n "$id-$i" link set lo up
	want+='{"packet":{"dst":"127.0.0.1","dport":6001},"netns":{"inum":'$(inum "$id-$i")'},
		"cause":"socket.none","confidence":"proven"}'
	send "$id-$i" 127.0.0.1 6001 --wait .2
	listen "$id-$i" 127.0.0.1 6001
	kill -9 "$pid"
	ip netns del "$id-$i"
	sleep .5
done
expect <<<"$want"
