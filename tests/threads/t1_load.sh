# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Reading the ring, explaining and reading rules ahead, all at once: closed ports and rules, whose
# sets are replaced all the time; and totals asked for in between.
# shellcheck source=tests/threads/lib.sh
. /t/threads/lib.sh
sanitizer_looks
flood_topo
nft_reject_all
start_unreach --json --all --received --tcp-reset
flood_on "$V4" 7000 --ports 4 --gap .002
for ((i = 0; i < 12; i++)); do
	in_ns srv nft delete table inet filter
	nft_reject_all
	in_ns srv iptables-nft -A INPUT -p udp --dport 7003 -m comment --comment "number $i" -j REJECT
	! modprobe -q iptable_filter || in_ns srv iptables-legacy -I INPUT -p udp --dport 7000 -j REJECT
	tcp cli "$V4" $((7100 + i))
	[ $((i % 4)) != 3 ] || totals_now
	pause 0.3
	in_ns srv iptables-nft -F INPUT
	! modprobe -q iptable_filter || in_ns srv iptables-legacy -F INPUT
done
flood_off
pause 2
sample
stop_unreach INT
no_race "$unreach_status"
for cause in rule.nft rule.iptables-nft socket.none; do
	[ "$(told ".cause == \"$cause\"")" -gt 0 ] || fail "no $cause: is this a test?"
done
echo "$(told) answers explained, no race; $(memory)" >>"$SCENARIO_OUT/figures"
