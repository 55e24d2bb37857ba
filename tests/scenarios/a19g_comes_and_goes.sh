# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A service that comes and goes while packets arrive: what is refused is refused because it
# was gone, and whatever is called proven names it.
topo
in_ns srv sysctl -q -e -w net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=10000
start_program srv "$T/udp_end" flap 0.0.0.0 5001 --count 150 --after .01 --comm flap
flap=$pid
start_unreach
send cli "$V4" 5001 -n 300 --gap .007 --wait 1
wait "$flap"
[ "$tracer" != none ] || return 0
settle
events_now
wrong=$(jq -c "select((.packet.dport == 5001 and
	((.confidence == \"likely\" and (.cause | IN(\"socket.race\", \"socket.closed\"))) or
	 (.cause == \"socket.closed\" and .confidence == \"proven\" and
	  ([.sockets[] | select(.state == \"closed\")] | length == 1 and
	   (.[0] | .pid == $flap and .comm == \"flap\" and .mismatch == \"none\" and .ended_by == \"close\"))))) |
	not)" <<<"$got")
[ -z "$wrong" ] || fail "$wrong"
proven=$(jq -s 'map(select(.confidence == "proven") | .count) | add' <<<"$got")
[ "$proven" -ge 10 ] || fail "no more than $proven packets were refused: $got"
