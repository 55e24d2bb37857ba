# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --check: what this kernel offers; ends by itself, with status 0 where all is well. What the
# programs cost the verifier has not grown (tests/verifier).
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
timeout 60 unreach -vv --received --tcp-reset --check >"$SCENARIO_OUT/check" 2>"$SCENARIO_OUT/libbpf" ||
	fail "unreach --check: status $?: $(cat "$SCENARIO_OUT/check")"
for word in __icmp_send icmp6_send; do
	grep -q "$word" "$SCENARIO_OUT/check" || fail "--check does not mention $word: $(cat "$SCENARIO_OUT/check")"
done
/t/verifier/costs <"$SCENARIO_OUT/libbpf" >"$SCENARIO_OUT/costs"
/t/verifier/compare "$(uname -r)" <"$SCENARIO_OUT/costs" >"$SCENARIO_OUT/verifier" ||
	fail "$(cat "$SCENARIO_OUT/verifier")"
rm "$SCENARIO_OUT/libbpf"
