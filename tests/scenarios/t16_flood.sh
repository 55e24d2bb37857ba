# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A flood, from one sender and from many ports, while the reader is stopped: all are counted, as
# the kernel's own counters do, the lines say how many, and what came late is not lost. Before
# that, three in a tenth of a second are one line for people.
topo
in_ns srv sysctl -q -w net.ipv4.icmp_ratelimit=0
sysctl -q -e -w net.ipv4.icmp_msgs_per_sec=100000000
in_ns srv sysctl -q -e -w net.ipv4.icmp_msgs_per_sec=100000000 2>/dev/null
missed() { in_ns srv grep '^Udp: [0-9]' /proc/net/snmp | cut -d ' ' -f 3; }
# Three and what is said of them: in full, and one line. Where namespaces have no cookie, one that
# ends just then (of the scenario before) makes the flow a new one, so it is tried again.
three_are_two_lines() {
	local before few out
	start_unreach -n
	before=$(missed)
	send cli "$V4" 8125 -n 5 --gap .03
	pause 3
	stop_unreach INT
	out=$events
	few=$(($(missed) - before))
	[ "$few" -ge 3 ] || return 1
	grep -qE "^[0-9:.]+ $srv $C4:[0-9]+ > $V4:8125 udp, sent port-unreachable $few times from [0-9:.]+ to [0-9:.]+: no UDP socket" "$out" &&
		[ "$(grep -c '^[0-9]' "$out")" = 2 ]
}
three_are_two_lines || three_are_two_lines || three_are_two_lines ||
	fail "three are not one in full and one line, three times: $(cat "$events")"

start_unreach --json
before=$(missed)
for _ in 1 2 3 4; do send cli "$V4" 8125 -n 512 --wait .1; done
pause 2
kill -STOP "$unreach_pid"
for _ in 1 2 3 4; do
	send cli "$V4" 8126 -n 512 --wait .1
	send cli "$V4" 20000 -n 512 --sweep --wait .1
done
pause 3
kill -CONT "$unreach_pid"
pause 3
stop_unreach INT
many=$(($(missed) - before))
lost=$(awk '/without details/ { sum += $1 } END { print sum + 0 }' "$unreach_err")
sum=$(jq -s 'map(.count) | add' "$events")
[ "$((sum + lost))" = "$many" ] ||
	fail "$many datagrams found no socket, but $sum are told of and $lost without details: $(cat "$unreach_err")"
grep -q "unreach: $many answers in" "$unreach_err" || fail "not $many in all: $(cat "$unreach_err")"
got=$(jq -sc 'map(select(.packet.dport == 8125))' "$events")
[ "$(jq 'length' <<<"$got")" -lt 40 ] || fail "so many lines of one flow: $(jq 'length' <<<"$got")"
jq -e 'map(select(.count > 20 and .confidence == "likely" and .first <= .last and .like)) != []' \
	<<<"$got" >/dev/null || fail "no line of many: $got"
jq -e '.[:9] | all(.count == 1 and .confidence == "proven")' <<<"$got" >/dev/null ||
	fail "the first ones are not in full: $got"
