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

# What is switched off is named, with what to do; and switched on again whatever comes of that.
kprobes=/sys/kernel/debug/kprobes/enabled ftrace=/proc/sys/kernel/ftrace_enabled
mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
{ echo 0 >$kprobes && echo 0 >$ftrace && timeout 60 unreach --check >"$SCENARIO_OUT/off"; } || true
echo 1 >$kprobes
echo 1 >$ftrace
for words in 'kernel.ftrace_enabled .*sysctl kernel.ftrace_enabled=1' 'kprobes .*echo 1 >' 'with what MISS names missing'; do
	grep -q "$words" "$SCENARIO_OUT/off" || fail "--check does not say $words: $(cat "$SCENARIO_OUT/off")"
done
