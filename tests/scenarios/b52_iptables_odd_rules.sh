# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Comments with quotes and escapes, -R, restores that keep what is there, goto and nested chains,
# matches of several ports: by both engines of iptables.
topo
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0
tools=(iptables-nft)
! modprobe -q iptable_filter || tools+=(iptables-legacy)
odd='say "hi" \ -A INPUT -j REJECT'
port=5000
for tool in "${tools[@]}"; do
	in_ns srv "$tool" -N inner
	in_ns srv "$tool" -N outer
	in_ns srv "$tool" -A INPUT -p udp --dport $((port + 9)) -j ACCEPT
	in_ns srv "$tool" -A INPUT -p udp --dport "$port:$((port + 7))" -g outer
	in_ns srv "$tool" -A outer -p udp --dport $((port + 1)) -m comment --comment "$odd" -j REJECT
	in_ns srv "$tool" -A outer -p udp -m multiport --dports "$((port + 2)),$((port + 3))" -j inner
	in_ns srv "$tool" -A outer -p udp --dport $((port + 4)) -j REJECT
	in_ns srv "$tool" -A inner -s "$C4" -j REJECT --reject-with icmp-host-prohibited
	in_ns srv "$tool" -R outer 3 -p udp --dport $((port + 5)) -m comment --comment new -j REJECT
	in_ns srv "$tool-restore" -n <<-RULES
		*filter
		-A outer -p udp -m udp --dport $((port + 6)) -j REJECT
		COMMIT
	RULES
	port=$((port + 10))
done
start_unreach
want='' port=5000
for tool in "${tools[@]}"; do
	engine=iptables
	[[ $tool != *-nft ]] || engine=iptables-nft
	for i in 1 3 5 6; do send cli "$V4" $((port + i)); done
	rule='"cause":"rule.'$engine'","confidence":"proven","rule":{"engine":"'$engine'","family":"ip","table":"filter"'
	want+="{\"packet\":{\"dport\":$((port + 1))},$rule,\"chain\":\"outer\",\"number\":1,\"comment\":$(json "$odd"),
		\"text\":$(json "$(in_ns srv "$tool-save" -t filter | grep -e "-A outer .*--dport $((port + 1)) ")"),\"path\":[\"INPUT\",\"outer\"]}}
	{\"packet\":{\"dport\":$((port + 3))},\"icmp\":{\"code\":10},$rule,\"chain\":\"inner\",\"number\":1,\"path\":[\"INPUT\",\"outer\",\"inner\"],
		\"way\":[{\"chain\":\"INPUT\",\"goto\":true},{\"chain\":\"outer\"}]}}
	{\"packet\":{\"dport\":$((port + 5))},$rule,\"chain\":\"outer\",\"number\":3,\"comment\":\"new\",\"text\":\"re:--dport $((port + 5)) .*new\"}}
	{\"packet\":{\"dport\":$((port + 6))},$rule,\"chain\":\"outer\",\"number\":4,\"text\":\"re:--dport $((port + 6)) -j REJECT\"}}
	"
	port=$((port + 10))
done
expect <<<"$want"
