# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# After the end, be it orderly or by SIGKILL, the host is as it was: no program, map,
# link, pin or probe, no rule, no setting changed, no module loaded or held.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5001 reject; }; }
NFT
in_ns srv iptables-nft -A INPUT -p udp --dport 5002 -j REJECT
! modprobe -q iptable_filter || in_ns srv iptables-legacy -A INPUT -p udp --dport 5003 -j REJECT

# Settings that change by themselves.
moving='sched_domain|kernel\.random\.|kernel\.ns_last_pid|kernel\.pty\.nr|_count =|kernel\.perf_event_max_sample|perf_cpu_time'
rulesets() {
	local ns
	for ns in cli srv ct; do
		in_ns "$ns" nft -s -a list ruleset
		in_ns "$ns" sh -c 'cat /proc/net/ip_tables_names /proc/net/ip6_tables_names' 2>/dev/null || true
		in_ns "$ns" sysctl -a 2>/dev/null | grep -E '^net\.' | grep -v -E "$moving"
	done
	in_ns srv iptables-legacy-save 2>/dev/null | grep -v -e '^#' -e '^:' || true
}
snapshot() {
	rulesets
	sysctl -a 2>/dev/null | grep -E '^(net|kernel)\.' | grep -v -E "$moving"
}
busy() {
	for port in 5001 5002 5003 5004; do send cli "$V4" "$port"; done
	sleep 1
}
busy
snapshot >"$SCENARIO_OUT/settings"
bpf_state >"$SCENARIO_OUT/before"
for signal in TERM KILL; do
	start_unreach --json
	[ "$(bpftool -j prog list | jq length)" -gt 0 ] || fail 'no program is loaded: is this a test?'
	busy
	snapshot | diff "$SCENARIO_OUT/settings" - >"$SCENARIO_OUT/diff" ||
		fail "while unreach runs, this differs: $(cat "$SCENARIO_OUT/diff")"
	events_now
	[[ $got == *rule.* ]] || fail 'no rule was seen: is this a test?'
	stop_unreach "$signal"
	nothing_left "$SCENARIO_OUT/before"
	snapshot | diff "$SCENARIO_OUT/settings" - >"$SCENARIO_OUT/diff" ||
		fail "after SIG$signal, this differs: $(cat "$SCENARIO_OUT/diff")"
	sleep 3
done
