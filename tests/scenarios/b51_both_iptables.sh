# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The same rule in both engines of iptables, in both versions of IP. Their counters tell which
# one fired. What the first lets through meets the other's, which is then named.
need_legacy iptables
need_legacy ip6tables
topo
rule='INPUT -p udp -m udp --dport 5001 -j REJECT'
# hits TOOL-ENGINE: packets that its rule has rejected.
hits() { in_ns srv "$1" -nvxL INPUT | awk '/REJECT/ { print $1 }'; }
declare -A first second
for tool in iptables ip6tables; do
	# shellcheck disable=SC2086 # words on purpose
	for engine in nft legacy; do in_ns srv $tool-$engine -A $rule; done
done
start_unreach
for tool in iptables ip6tables; do
	if [ $tool = iptables ]; then to=$V4; else to=$V6; fi
	send cli "$to" 5001
	saw_port_unreachable "$to"
	first[$tool]=nft second[$tool]=legacy
	if [ "$(hits $tool-legacy)" = 1 ]; then first[$tool]=legacy second[$tool]=nft; fi
	in_ns srv "$tool-${first[$tool]}" -I INPUT -p udp --sport 40001 -j ACCEPT
done
expect <<<'{"cause":"re:rule.iptables"} {"cause":"re:rule.iptables"}'
want=''
# named TOOL ENGINE NUMBER: what is to be said.
named() {
	local engine=iptables family=ip
	[ "$2" = legacy ] || engine=iptables-nft
	[ "$1" = iptables ] || family=ip6
	want+='{"packet":{"sport":'$sport'},"cause":"rule.'$engine'","confidence":"proven",
		"advice":"re:'$1-$2' -t filter -S INPUT","rule":{"engine":"'$engine'","family":"'$family'",
		"chain":"INPUT","number":'$3',"text":"re:^-A '$rule' --reject-with"}}'$'\n'
}
for tool in iptables ip6tables; do
	if [ $tool = iptables ]; then to=$V4; else to=$V6; fi
	send cli "$to" 5001 --sport 40002
	saw_port_unreachable "$to"
	named $tool "${first[$tool]}" 2
	send cli "$to" 5001 --sport 40001
	saw_port_unreachable "$to"
	named $tool "${second[$tool]}" 1
	is="$(hits "$tool-${first[$tool]}") $(hits "$tool-${second[$tool]}")"
	[ "$is" = '2 1' ] || fail "$tool: hits of the first and second engine: $is"
done
expect <<<"$want"
