# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# After the start each thread holds what it needs and nothing else, as root and as a user who was
# given file capabilities; rules, their texts and other users' processes come all the same. With
# the two that tracing takes and no more, what is missing is said and nothing is made up.
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0; udp dport 5001 reject comment "by nft"; }; }
NFT
nft_rule srv inet filter input 'dport 5001'
legacy=no
! modprobe -q iptable_filter || legacy=yes
[ $legacy = no ] || in_ns srv iptables-legacy -A INPUT -p udp --dport 5002 -j REJECT
start_program srv setpriv --reuid 1000 --regid 1000 --clear-groups "$T/udp_listen" 127.0.0.1 5003
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'

# caps NAME...: as /proc/PID/status has them.
caps() {
	local name set=0
	declare -A bit=([dac_override]=1 [dac_read_search]=2 [net_admin]=12 [net_raw]=13 [sys_ptrace]=19
		[sys_admin]=21 [syslog]=34 [perfmon]=38 [bpf]=39)
	for name in "$@"; do set=$((set | 1 << bit[$name])); done
	printf '%016x' $set
}
follows=(bpf perfmon syslog dac_override) # the last is for --ready-file
[ "$(</proc/sys/kernel/perf_event_paranoid)" -le 2 ] || follows+=(sys_admin)
looks=(sys_admin syslog net_admin net_raw sys_ptrace dac_read_search)
tools=(net_admin net_raw)

# confined [CAP]: each thread has no more than its own, and is at home. With CAP where it started
# with that as well.
confined() {
	local task field value want_eff want_amb home threads=0
	home=$(stat -L -c %i "/proc/$$/ns/net")
	for task in "/proc/$unreach_pid/task/"*; do
		want_eff=$(caps "${looks[@]}" "$@") want_amb=$(caps "${tools[@]}")
		if [ "${task##*/}" = "$unreach_pid" ]; then
			want_eff=$(caps "${follows[@]}") want_amb=$(caps)
			[ $# -gt 0 ] || want_eff=$(caps "${follows[@]/dac_override/bpf}")
		fi
		while read -r field value _; do
			case $field in
			CapPrm: | CapEff:) [ "$value" = "$want_eff" ] ;;
			CapAmb: | CapInh:) [ "$value" = "$want_amb" ] ;;
			NoNewPrivs:) [ "$value" = 1 ] ;;
			*) true ;;
			esac || fail "$task: $field $value, want $want_eff (ambient $want_amb)"
		done <"$task/status"
		for ((i = 0; i < 50; i++)); do
			[ "$(stat -L -c %i "$task/ns/net")" != "$home" ] || break
			pause 0.1
		done
		[ "$i" -lt 50 ] || fail "$task stays in another network namespace"
		threads=$((threads + 1))
	done
	[ "$threads" -ge 3 ] || fail "$threads threads: is this a test?"
}
sees_all() {
	local port
	for port in 5001 5002 5003; do
		[ "$port$legacy" = 5002no ] || send cli "$V4" $port
	done
	{
		cat <<-JSON
			{"cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
			 "rule":{"chain":"input","handle":$handle,"comment":"by nft","text":$(json "$text")}}
			{"cause":"socket.address","confidence":"proven","sockets":[{"pid":$pid,"uid":1000,"comm":"udp_listen"}]}
		JSON
		[ $legacy = no ] || echo '{"cause":"rule.iptables","rule":{"number":1,"text":"re:--dport 5002.*REJECT"}}'
	} | expect
}

start_unreach --json
confined dac_override
sees_all
[[ $(<"$unreach_err") != *without* ]] || fail "root lacks something: $(<"$unreach_err")"
stop_unreach
[ "$unreach_status" = 0 ] || fail "status $unreach_status"

# From here on as nobody, with capabilities that the file gives.
mkdir -p /tmp/capped
cp /usr/local/bin/unreach /tmp/capped/real
printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups /tmp/capped/real "$@"\n' >/tmp/capped/unreach
chmod 755 /tmp/capped /tmp/capped/*
chmod 777 "$SCENARIO_OUT"
PATH=/tmp/capped:$PATH
startup=
# Maps are counted against what may be locked into memory, before v5.11.
[[ $(uname -r) != 5.10.* ]] || startup=,cap_sys_resource
given=$(printf ',cap_%s' bpf perfmon "${looks[@]}")
setcap "${given#,}$startup=ep" /tmp/capped/real
start_unreach --json
confined
sees_all
[[ $(<"$unreach_err") != *without* ]] || fail "it lacks something: $(<"$unreach_err")"
stop_unreach
[ "$unreach_status" = 0 ] || fail "status $unreach_status"

setcap "cap_bpf,cap_perfmon$startup=ep" /tmp/capped/real
launch_unreach --json
tracer=own
forget_events
for name in SYS_ADMIN SYSLOG NET_ADMIN NET_RAW SYS_PTRACE DAC_READ_SEARCH; do
	wait_file "$unreach_err" "unreach: without CAP_$name: " # said right after it is ready
done
send cli "$V4" 5001
send cli "$V4" 5003
expect <<'JSON'
{"packet":{"dport":5001},"cause":"unknown","confidence":"unknown"}
{"packet":{"dport":5003},"cause":"unknown","confidence":"unknown"}
JSON
stop_unreach
[ "$unreach_status" = 0 ] || fail "status $unreach_status"
