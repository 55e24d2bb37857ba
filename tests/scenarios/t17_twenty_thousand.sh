# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# 20,000 datagrams to closed ports under the limits that a kernel starts with: one peer that asks
# too much, many that do together, some without a route back, some whose answers a rule drops.
# Each is accounted for as sent, or as suppressed and by what; the sums are those of the
# kernel's own counters, as unreach(8) has it under COUNTERS, and what the client got.
topo
ip -n "$cli" -batch - <<-IP
	route add local 10.100.0.0/14 dev lo
	route add local fd21:9708::/32 dev lo
IP
ip -n "$srv" -batch - <<-IP
	route add 10.100.0.0/16 via $C4
	route add 10.102.0.0/16 via $C4
	route add fd21:9708::/48 via $C6
	route add fd21:970a::/48 via $C6
IP
nft_in srv <<-NFT
	table inet f {
		chain out {
			type filter hook output priority 0;
			ip daddr 10.102.0.0/16 icmp type destination-unreachable counter drop
			ip6 daddr fd21:970a::/48 icmpv6 type destination-unreachable counter drop
		}
	}
NFT
flood() { in_ns cli "$T/udp_flood" "$@" >/dev/null || fail "udp_flood $*: exit status $?"; }

# counters NAMESPACE: all of it as NAME VALUE; one that the kernel lacks is not among them.
counters() { in_ns "$1" nstat -asz 2>/dev/null | awk '!/^#/ { print $1, $2 }'; }
# rose NAMESPACE NAME: since $before-NAMESPACE; nothing where there is no such counter.
take() { for ns in srv cli; do counters "$ns" >"$SCENARIO_OUT/$1-$ns"; done; }
rose() {
	awk -v n="$4" '$1 == n { if (!seen++) at = $2; else print $2 - at }' \
		"$SCENARIO_OUT/$2-$1" "$SCENARIO_OUT/$3-$1"
}

start_unreach -q --json --summary -n
out=$SCENARIO_OUT/events.json
summaries() { grep -c '"answer":"summary"' "$out" || true; }
take start
flood "$V4" 20000 -n 3000 --ports 10
flood "$V4" 20000 -n 6000 --sources 10.100.1.0/1000
flood "$V4" 22000 -n 2000 --sources 10.102.1.0/400
pause 1 # whether there is a route is asked for each flow, and the last ones are remembered
flood "$V4" 21000 -n 1000 --ports 2 --sources 10.101.1.0/4
take half
kill -USR1 "$unreach_pid"
for ((i = 0; i < 300 && $(summaries) < 1; i++)); do pause 0.1; done
flood "$V6" 20000 -n 3000 --ports 10
flood "$V6" 20000 -n 3000 --sources fd21:9708::1:0/500
flood "$V6" 22000 -n 1000 --sources fd21:970a::1:0/200
pause 1
flood "$V6" 21000 -n 1000 --ports 2 --sources fd21:9709::1:0/4
take end
stop_unreach INT
[ "$(summaries)" = 2 ] || fail "not two summaries: $(tail -n 3 "$out" | cut -c 1-300)"
jq -c 'select(.answer == "summary").generated' "$out" >"$SCENARIO_OUT/generated"
cat "$SCENARIO_OUT/generated"

# said VERSION NAME...: the sum of what it says of that family.
said() {
	local version=$1
	shift
	jq -s --argjson v "$version" '
		def get($g; $n): $g[$n] // $g.suppressed_by[$n] // 0;
		(if $v == 4 then [.[0], {}] else [.[1], .[0]] end) as [$a, $b]
		| [$ARGS.positional[] as $n | get($a; $n) - get($b; $n)] | add' \
		"$SCENARIO_OUT/generated" --args "$@"
}

# same WHAT SAID COUNTED
same() { [ "$2" = "$3" ] || fail "$1: unreach has $2, the kernel $3: $(cat "$SCENARIO_OUT/generated")"; }

for v in 4 6; do
	if [ "$v" = 4 ]; then
		span=(start half) p='' n=12000
	else
		span=(half end) p=6 n=8000
	fi
	same "IPv$v: all" "$(said $v total)" "$n"
	same "IPv$v: no socket" "$(said $v total)" "$(rose srv "${span[@]}" "Udp${p}NoPorts")"
	same "IPv$v: each of them" "$(said $v sent suppressed)" "$n"
	same "IPv$v: each reason" "$(said $v rate-limit-global rate-limit-peer output-rule no-route other)" \
		"$(said $v suppressed)"
	same "IPv$v: built" "$(said $v sent output-rule)" "$(rose srv "${span[@]}" "Icmp${p}OutDestUnreachs")"
	same "IPv$v: arrived" "$(said $v sent)" "$(rose cli "${span[@]}" "Icmp${p}InDestUnreachs")"
	[ "$(said $v rate-limit-peer)" -gt 0 ] || fail "no limit for one peer: $(cat "$SCENARIO_OUT/generated")"
	[ "$(said $v output-rule)" -gt 0 ] || fail "no rule dropped one: $(cat "$SCENARIO_OUT/generated")"
	[ "$(said $v no-route)" -gt 0 ] || fail "no route was missing: $(cat "$SCENARIO_OUT/generated")"
	global=$(rose srv "${span[@]}" IcmpOutRateLimitGlobal)
	peer=$(rose srv "${span[@]}" "Icmp${p}OutRateLimitHost")
	# Before v6.3 and its stable kin the kernel does not count them.
	[ -n "$global" ] || continue
	same "IPv$v: limit of the host" "$(said $v rate-limit-global)" "$global"
	# ICMPv6 counts a missing route for a limit. Where the reader is slow, some are of a flow
	# that it has not come to yet, and then nobody has asked for their route.
	[ "$v" = 4 ] && same "IPv4: limit for a peer" "$(said 4 rate-limit-peer)" "$peer"
	[ "$v" = 4 ] || same "IPv6: limit for a peer" "$(said 6 rate-limit-peer no-route other)" "$peer"
done
dropped=$(in_ns srv nft list ruleset | awk '/counter packets/ { for (i = 1; i < NF; i++) if ($i == "packets") sum += $(i + 1) } END { print sum }')
same 'dropped by the rule' "$(said 6 output-rule)" "$((dropped - $(said 4 output-rule)))"
