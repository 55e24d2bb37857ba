# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two at the same time do not disturb each other: both say the same of a closed port and of a rule,
# each counts all that there was in its time; one that is killed takes nothing from the other, and
# the next one ends in order.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5002 reject; }; }
NFT
start_unreach
nft_rule srv inet filter input 'udp dport 5002'
rule=$handle

# second: another tracer beside the one of all scenarios.
second() {
	rm -f "$SCENARIO_OUT/ready2"
	env --default-signal=INT unreach --json --netns "$srv" --ready-file "$SCENARIO_OUT/ready2" \
		>"$SCENARIO_OUT/second" 2>"$SCENARIO_OUT/second.err" &
	second=$!
	pids+=("$second")
	wait_file "$SCENARIO_OUT/ready2"
}
# lines_of_second N: it has said so many.
lines_of_second() {
	local i lines
	for ((i = 0; i < 100; i++)); do
		mapfile -t lines <"$SCENARIO_OUT/second"
		[ "${#lines[@]}" -lt "$1" ] || break
		pause 0.1
	done
	[ "${#lines[@]}" = "$1" ] || fail "the second one said ${#lines[@]} of $1: $(cat "$SCENARIO_OUT/second")"
}
refused() {
	send cli "$V4" 5001
	saw_port_unreachable "$V4"
	send cli "$V6" 5002
	saw_port_unreachable "$V6"
}
both_expected() {
	expect <<-JSON
		{"packet":{"dport":5001},"cause":"socket.none","confidence":"proven","count":1}
		{"packet":{"dport":5002},"cause":"rule.nft","confidence":"proven","rule":{"handle":$rule},"count":1}
	JSON
}

second
refused
both_expected
lines_of_second 2
# Which one looks back how far is another matter.
said() { jq -c '[.cause, .confidence, .outcome, .packet, .rule, (.why | sub(", nor was .*"; ""))]' <<<"$1"; }
[ "$(said "$got")" = "$(said "$(<"$SCENARIO_OUT/second")")" ] ||
	fail "they say different things: $got and $(<"$SCENARIO_OUT/second")"
kill -KILL "$second"
wait "$second" || true
refused
both_expected

second
refused
both_expected
lines_of_second 2
kill -INT "$second"
wait "$second" || fail "the second one ended with status $?: $(cat "$SCENARIO_OUT/second.err")"
grep -q '^unreach: 2 answers in .*: 2 sent' "$SCENARIO_OUT/second.err" ||
	fail "the second one counted: $(cat "$SCENARIO_OUT/second.err")"
refused
both_expected
