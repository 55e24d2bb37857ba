# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# unreach starts before any firewall module is in the kernel, learns of modules as
# they come, does not keep them from leaving, and finds them when they come again.
reject_modules='nft_reject_inet nft_reject_ipv4 nft_reject_ipv6 nft_reject ipt_REJECT ip6t_REJECT
	nf_reject_ipv4 nf_reject_ipv6'
! lsmod | grep -q -e reject -e REJECT || fail 'a reject module is loaded: this must run first'
need_module iptable_filter
topo
start_unreach --json

rules() {
	nft_in srv <<-'NFT'
		table inet late { chain in { type filter hook input priority 0; udp dport 5001 reject; }; }
	NFT
	nft_rule srv inet late in 'dport 5001'
	in_ns srv iptables-legacy -A INPUT -p udp --dport 5002 -j REJECT
	in_ns srv ip6tables-legacy -A INPUT -p udp --dport 5002 -j REJECT
	wait_attached
}
traffic() {
	send cli "$V4" 5001
	saw_port_unreachable "$V4"
	send cli "$V6" 5001
	saw_port_unreachable "$V6"
	send cli "$V4" 5002
	saw_port_unreachable "$V4"
	send cli "$V6" 5002
	saw_port_unreachable "$V6"
}
expected() {
	cat <<-JSON
		{"icmp":{"version":4},"packet":{"dport":5001},"cause":"rule.nft","confidence":"proven",
		 "rule":{"family":"inet","table":"late","chain":"in","handle":$handle,"text":"udp dport 5001 reject"}}
		{"icmp":{"version":6},"packet":{"dport":5001},"cause":"rule.nft","confidence":"proven",
		 "rule":{"family":"inet","table":"late","chain":"in","handle":$handle,"text":"udp dport 5001 reject"}}
		{"icmp":{"version":4},"packet":{"dport":5002},"cause":"rule.iptables","confidence":"proven",
		 "rule":{"family":"ip","table":"filter","chain":"INPUT","number":1}}
		{"icmp":{"version":6},"packet":{"dport":5002},"cause":"rule.iptables","confidence":"proven",
		 "rule":{"family":"ip6","table":"filter","chain":"INPUT","number":1}}
	JSON
}
# Rules are freed some time after they are deleted, modules can leave after that.
unload() {
	local m i left
	in_ns srv nft flush ruleset
	in_ns srv iptables-legacy -F
	in_ns srv ip6tables-legacy -F
	for ((i = 0; i < 30; i++)); do
		for m in $reject_modules; do rmmod "$m" 2>/dev/null || true; done
		left=$(lsmod | grep -e reject -e REJECT || true)
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	fail "with unreach running, these modules can't be removed: $left"
}

rules
traffic
expect < <(expected)
unload
send cli "$V4" 5003
saw_port_unreachable "$V4"
expect <<<'{"packet":{"dport":5003},"cause":"socket.none","confidence":"proven"}'
rules
traffic
expect < <(expected)
kill -0 "$unreach_pid" || fail 'unreach has ended'
stop_unreach
[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status"
