# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --check: what this kernel offers; ends by itself, with status 0 where all is well.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
timeout 60 unreach --check >"$SCENARIO_OUT/check" 2>&1 ||
	fail "unreach --check: status $?: $(cat "$SCENARIO_OUT/check")"
for word in __icmp_send icmp6_send; do
	grep -q "$word" "$SCENARIO_OUT/check" || fail "--check does not mention $word: $(cat "$SCENARIO_OUT/check")"
done
