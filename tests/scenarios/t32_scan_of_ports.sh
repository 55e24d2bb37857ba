# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A sweep of closed ports, as nmap's: six answers leave, and the limit for one peer, or that for
# all, which 5.10 asks first, holds back the others. A person is told some times that it is a
# scan, and once what it came to.
topo
start_unreach -n
send cli "$V4" 20000 -n 60 --sweep
n=$(jq .sent <<<"$result")
[ "$n" -ge 50 ] || fail "sent no more than $n: $result"
out=$SCENARIO_OUT/events.json
for ((i = 0; i < 100; i++)); do
	! grep -q 'port scan by' "$out" || break
	pause 0.1
done
stop_unreach
said() { grep -c "$1" "$out" || true; }
[ "$(said ', sent port-unreachable: ')" = 6 ] || fail "sent, it says: $(said ', sent port-unreachable: ')"
[ "$(said 'suppressed (rate limit \(for this peer\|of this host\))')" = $((n - 6)) ] || fail "suppressed: $(cat "$out")"
[ "$(said "also: looks like a port scan: [1-9]0 closed UDP ports (20000 to 200[0-9]*) from $C4 in ")" = 3 ] ||
	fail "the notes are not three: $(cat "$out")"
[ "$(said "$srv port scan by $C4: $n closed UDP ports (20000 to 20059) in .*, $n packets ")" = 1 ] ||
	fail "no line on the scan as a whole: $(cat "$out")"
