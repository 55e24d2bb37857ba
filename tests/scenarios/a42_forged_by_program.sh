# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A program in srv answers by itself, through a raw socket, what a rule dropped or handed to
# user space. The client can't tell, but the kernel refused nothing: no event.
topo
nft_in srv <<<'table inet f { chain input { type filter hook input priority 0; udp dport 5003 drop; }; }'
start_unreach
answer_from_program() {
	# The client waits while the answer is written to its port.
	in_ns cli "$T/udp_send" "$V4" 5003 --sport "$1" --wait 2 >"$SCENARIO_OUT/client" &
	client=$!
	pause 0.5
	in_ns srv "$T/raw_send" fakeunreach "$V4" "$C4" "$1" 5003 >/dev/null
	wait "$client"
	result=$(<"$SCENARIO_OUT/client")
	saw_port_unreachable "$V4"
	expect </dev/null
}
answer_from_program 42002
if modprobe -q nfnetlink_queue; then
	in_ns srv nft flush ruleset
	nft_in srv <<<'table inet f { chain input { type filter hook input priority 0; udp dport 5003 queue num 0; }; }'
	answer_from_program 42003
fi
