# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Wrong usage: status 2, nothing on standard output, a message that says what is wrong.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
refuses() {
	local status=0
	timeout 20 unreach "$@" >"$SCENARIO_OUT/stdout" 2>"$SCENARIO_OUT/stderr" </dev/null || status=$?
	[ "$status" = 2 ] || fail "unreach $*: status $status, want 2: $(cat "$SCENARIO_OUT/stderr")"
	[ ! -s "$SCENARIO_OUT/stdout" ] || fail "unreach $*: something on standard output"
	[ -s "$SCENARIO_OUT/stderr" ] || fail "unreach $*: no message"
}
refuses --no-such-option
refuses -c many
refuses -c 0
refuses -c -3
refuses --for tomorrow
refuses --cause socket.nonsense
refuses --cause ''
refuses --netns
refuses --ready-file
refuses -i not/a/name
refuses udp port
refuses host no-such-host.invalid
for option in --help --version; do
	unreach "$option" >"$SCENARIO_OUT/stdout" 2>"$SCENARIO_OUT/stderr" || fail "unreach $option: status $?"
	grep -q unreach "$SCENARIO_OUT/stdout" || fail "unreach $option: does not say its name"
	[ ! -s "$SCENARIO_OUT/stderr" ] || fail "unreach $option: complains: $(cat "$SCENARIO_OUT/stderr")"
done
