# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Namespaces that live for one datagram: whoever looks at them afterwards finds nothing,
# yet each event names the condition that failed, and the namespace by its number.
topo
start_unreach
want=''
for i in 1 2 3 4 5 6; do
	namespaces+=("$id-$i")
	ip netns add "$id-$i"
	ip -n "$id-$i" link set lo up
	listen "$id-$i" 127.0.0.2 $((6000 + i))
	want+='{"packet":{"dst":"127.0.0.1","dport":'$((6000 + i))'},"netns":{"inum":'$(inum "$id-$i")'},
		"cause":"socket.address","confidence":"proven",
		"sockets":[{"mismatch":"address","local":"127.0.0.2"}]}'
	send "$id-$i" 127.0.0.1 $((6000 + i)) --wait .2
	kill -9 "$pid"
	ip netns del "$id-$i"
done
expect <<<"$want"
