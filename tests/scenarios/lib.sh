# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - the words that scenarios are written in. Runs inside the guest.
#
# A scenario is one file. It stages an incident between namespaces of its own,
# states what the client saw (saw), and what unreach must say about it (expect):
# these events and no others. All truth (pids, ports, rule handles) is taken at
# run time from the programs that made it, never from unreach.
#
#   cli 10.219.7.1 fd21:9707::1 --c0/s0-- srv 10.219.7.2 (+10.219.7.3) fd21:9707::2
#   srv k0 172.29.219.1 fd21:219::1 --k0/k1-- ct 172.29.219.2 fd21:219::2
#
# See README for how to write one, match.jq for how events are compared.

set -euo pipefail

C4=10.219.7.1 C6=fd21:9707::1
V4=10.219.7.2 V4b=10.219.7.3 V6=fd21:9707::2
K4=172.29.219.2 K6=fd21:219::2
export C4 C6 V4 V4b V6 K4 K6

# Set by the driver: the scenario's id, its folder for results, what to run.
: "${SCENARIO_ID:?run scenarios through tests/scenarios/run}" "${SCENARIO_OUT:?}" "${SHARED:?}" \
	"${JUDGE_IN:?}" "${JUDGE_OUT:?}"
id=${SCENARIO_ID,,}
cli=$id-cli srv=$id-srv ct=$id-ct
export cli srv ct
T=/t/bin
pids=() namespaces=()
tracer=none
settle_s=0.2

# pause SECONDS: sleep, without a process.
exec {pause_fd}<> <(:)
pause() { read -r -t "$1" -u "$pause_fd" || true; }

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# skip REASON: this kernel or guest can't do it. The driver prints it by name.
skip() {
	echo "$*" >"$SCENARIO_OUT/skip"
	exit 77
}

cleanup() {
	local p status=$?
	trap - EXIT
	for p in "${pids[@]}"; do kill -9 "$p" 2>/dev/null || true; done
	for p in "${pids[@]}"; do wait "$p" 2>/dev/null || true; done
	printf 'netns del %s\n' "${namespaces[@]}" | ip -force -batch - >/dev/null 2>&1 || true
	exit "$status"
}
trap cleanup EXIT

# ---- what the scenario needs ---------------------------------------------------

need_module() {
	modprobe -q "$1" || skip "no kernel module $1"
}

need_command() {
	command -v "$1" >/dev/null || skip "no command $1 in the guest image"
}

# need_legacy iptables|ip6tables: the old engine is a build option since 6.17.
need_legacy() {
	need_module "${1%tables}table_filter"
}

# need_udplite: the kernel has lost it in 7.1.
need_udplite() {
	[ -e /proc/net/udplite ] || skip 'no UDP-Lite in this kernel'
}

# one_kernel: for programs that take half a minute to start under emulation, and write the
# same rules on each kernel; tests/rulesets has what they write for the others.
one_kernel() {
	[[ $(uname -r) == 6.12.* ]] || skip 'runs on 6.12 only; what it writes is loaded by b60, b61'
}

# ---- topology ------------------------------------------------------------------

# ns_path NAME: NAME is cli, srv, ct, or a namespace's full name.
ns_path() {
	case $1 in
	cli | srv | ct) echo "/run/netns/$id-$1" ;;
	*) echo "/run/netns/$1" ;;
	esac
}

# in_ns NAME COMMAND...
in_ns() {
	local path
	path=$(ns_path "$1")
	shift
	nsenter "--net=$path" -- "$@"
}

# topo: the three namespaces of the picture above; deleted with the scenario. Few
# processes on purpose: under emulation each costs as much as all the rest.
topo() {
	namespaces+=("$cli" "$srv" "$ct")
	ip -batch - <<-IP
		netns add $cli
		netns add $srv
		netns add $ct
		link add c0 netns $cli address 02:00:00:00:07:01 type veth peer name s0 netns $srv address 02:00:00:00:07:02
		link add k0 netns $srv address 02:00:00:00:19:01 type veth peer name k1 netns $ct address 02:00:00:00:19:02
	IP
	in_ns srv sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	in_ns cli sysctl -q -w net.ipv6.conf.c0.router_solicitations=0 # which rules would refuse
	in_ns ct sysctl -q -w net.ipv6.conf.k1.router_solicitations=0
	# No duplicate detection and static neighbours: the first packet is never held back.
	ip -n "$cli" -batch - <<-IP
		link set lo up
		addr add $C4/24 dev c0
		addr add $C6/64 dev c0 nodad
		link set c0 up
		neigh add $V4 lladdr 02:00:00:00:07:02 dev c0
		neigh add $V4b lladdr 02:00:00:00:07:02 dev c0
		neigh add $V6 lladdr 02:00:00:00:07:02 dev c0
		route add default via $V4
		route add default via $V6
	IP
	ip -n "$srv" -batch - <<-IP
		link set lo up
		addr add $V4/24 dev s0
		addr add $V4b/24 dev s0
		addr add $V6/64 dev s0 nodad
		addr add 172.29.219.1/24 dev k0
		addr add fd21:219::1/64 dev k0 nodad
		link set s0 up
		link set k0 up
		neigh add $C4 lladdr 02:00:00:00:07:01 dev s0
		neigh add $C6 lladdr 02:00:00:00:07:01 dev s0
		neigh add $K4 lladdr 02:00:00:00:19:02 dev k0
		neigh add $K6 lladdr 02:00:00:00:19:02 dev k0
	IP
	ip -n "$ct" -batch - <<-IP
		link set lo up
		addr add $K4/24 dev k1
		addr add $K6/64 dev k1 nodad
		link set k1 up
		neigh add 172.29.219.1 lladdr 02:00:00:00:19:01 dev k1
		neigh add fd21:219::1 lladdr 02:00:00:00:19:01 dev k1
		route add default via 172.29.219.1
		route add default via fd21:219::1
	IP
}

# bridge: srv's two links become ports of br0, which has srv's addresses, and ct's side of
# it those below: cli and ct then are neighbours.
B4=10.219.7.9 B6=fd21:9707::9
export B4 B6
bridge() {
	local i
	ip -n "$srv" -batch - <<-IP
		addr flush dev s0
		addr flush dev k0
		link add br0 address 02:00:00:00:07:02 type bridge
		link set s0 master br0
		link set k0 master br0
		link set br0 up
		addr add $V4/24 dev br0
		addr add $V6/64 dev br0 nodad
		neigh add $C4 lladdr 02:00:00:00:07:01 dev br0
		neigh add $C6 lladdr 02:00:00:00:07:01 dev br0
	IP
	ip -n "$ct" -batch - <<-IP
		addr flush dev k1
		addr add $B4/24 dev k1
		addr add $B6/64 dev k1 nodad
		neigh add $C4 lladdr 02:00:00:00:07:01 dev k1
		neigh add $C6 lladdr 02:00:00:00:07:01 dev k1
	IP
	ip -n "$cli" -batch - <<-IP
		neigh add $B4 lladdr 02:00:00:00:19:02 dev c0
		neigh add $B6 lladdr 02:00:00:00:19:02 dev c0
	IP
	# A port forwards once the kernel has noticed its carrier, which can take a moment.
	for ((i = 0; i < 100; i++)); do
		[ "$(in_ns srv bridge link | grep -c 'master br0 state forwarding')" != 2 ] || return 0
		pause 0.05
	done
	fail "br0's ports don't forward after 5 s: $(in_ns srv bridge link)"
}

# inum NAME: the number that the kernel knows the namespace by.
inum() { stat -L -c %i "$(ns_path "$1")"; }

# ---- traffic -------------------------------------------------------------------

# start_program NS PROGRAM ARG...: in the background until the scenario ends,
# returns when it is ready; its process id is in $pid, its output in $log.
start_program() {
	local path i
	path=$(ns_path "$1")
	shift
	log=$SCENARIO_OUT/${1##*/}.$((${#pids[@]} + 1))
	: >"$log"
	# Not in_ns: a function in the background is a shell with a pid of its own.
	nsenter "--net=$path" -- "$@" >"$log" 2>&1 &
	pid=$!
	pids+=("$pid")
	for ((i = 0; i < 100; i++)); do
		[[ $(<"$log") != *'"ready":true'* ]] || return 0
		# It may have been ready, and be through with what it does, since then.
		kill -0 "$pid" 2>/dev/null || [[ $(<"$log") == *'"ready":true'* ]] ||
			fail "$*: $(cat "$log")"
		pause 0.05
	done
	fail "$*: not ready after 5 s"
}

# listen NS ADDR PORT [option]...: a UDP service; tcp_serve: a TCP one.
listen() {
	local ns=$1
	shift
	start_program "$ns" "$T/udp_listen" "$@"
}
tcp_serve() {
	local ns=$1
	shift
	start_program "$ns" "$T/tcp_listen" "$@"
}

# send NS ADDR PORT [option]...: datagrams; what came back is in $result.
send() {
	local ns=$1
	shift
	result=$(in_ns "$ns" "$T/udp_send" "$@") || fail "udp_send $*: exit status $?"
	take_sport
}

# tcp NS ADDR PORT [option]...: a connection attempt; see $result.
tcp() {
	local ns=$1
	shift
	result=$(in_ns "$ns" "$T/tcp_connect" "$@") || fail "tcp_connect $*: exit status $?"
	take_sport
}

take_sport() {
	[[ $result =~ \"sport\":([0-9]+) ]] || fail "no source port in $result"
	sport=${BASH_REMATCH[1]}
}

# compare: sets $differences between the objects in $want and those in $got, one a
# line, as match.jq defines them. The jq that does it is the driver's.
compare() {
	local answer
	printf '"want"\n%s\n"got"\n%s\n"judge"\n' "$want" "$got" >&"$JUDGE_IN"
	read -r -t 20 -u "$JUDGE_OUT" answer || fail "this is no JSON, or jq is gone: $want / $got"
	differences=''
	[ "$answer" = '[]' ] || differences=$(jq -r '.[]' <<<"$answer")
}

# saw JSON: the client's result has these fields; the truth before all others.
saw() {
	local want=$1 got=$result
	compare
	[ -z "$differences" ] || fail "the client should have seen $1 but saw $result"
}

# saw_refused FROM TYPE CODE [ERRNO]: exactly one ICMP error came back.
saw_refused() {
	local errors="[{\"errno\":\"${4:-ECONNREFUSED}\",\"type\":$2,\"code\":$3,\"from\":\"$1\"}]"
	[[ $result == *"\"sent\":1,"*"\"errors\":$errors,\"replies\":[]}" ]] ||
		fail "the client should have seen $errors but saw $result"
}
saw_port_unreachable() {
	case $1 in
	*:*) saw_refused "$1" 1 4 ;;
	*) saw_refused "$1" 3 3 ;;
	esac
}
saw_silence() {
	[[ $result == *'"send_errors":[],"errors":[],"replies":[]}' ]] || fail "want silence, got $result"
}
saw_reply() {
	[[ $result == *'"errors":[],"replies":[{"from":"'"$1"'",'* ]] ||
		fail "want a reply from $1, got $result"
}

# ---- rules ---------------------------------------------------------------------

# nft_in NS: load the rules on standard input.
nft_in() { in_ns "$1" nft -f -; }

# nft_rule NS FAMILY TABLE CHAIN PATTERN: sets $handle and $text of the one rule that
# matches the pattern (of bash), as "nft -a list" shows it.
nft_rule() {
	local line found=0 listing
	listing=$(in_ns "$1" nft -a list chain "$2" "$3" "$4")
	while read -r line; do
		[[ $line == *$5*' # handle '* && $line != *'{ # handle'* ]] || continue
		found=$((found + 1))
		handle=${line##* # handle }
		text=${line% # handle *}
	done <<<"$listing"
	[ "$found" = 1 ] || fail "nft_rule: '$5' matches $found rules in: $listing"
	export handle text
}

# mib NS NAME...: sets $mib to the sum of these counters, the kernel's own; 0 for what it lacks.
mib() { mib=$(in_ns "$1" nstat -asz "${@:2}" 2>/dev/null | awk '!/^#/ {n += $2} END {print n + 0}'); }

# none_left NS: no unreachable has left it, says the kernel.
none_left() {
	mib "$1" IcmpOutDestUnreachs Icmp6OutDestUnreachs
	[ "$mib" = 0 ] || fail "$mib unreachables have left $1, counts the kernel, and none should have"
}

# json STRING: as a JSON string, quotes included.
json() { jq -n --arg s "$1" '$s'; }

# wait_file PATH [TEXT]: until it is there, and TEXT in it, 60 s at most.
wait_file() {
	local i
	for ((i = 0; i < 1200; i++)); do
		[[ -e $1 && $(<"$1") == *"${2-}"* ]] && return 0
		pause 0.05
	done
	fail "$1 did not appear within 60 s${2:+, or not with $2}"
}

# ---- unreach -------------------------------------------------------------------

# start_unreach: look through the tracer that serves all scenarios of this kind.
# start_unreach ARG...: a tracer of this scenario's own, with these arguments.
start_unreach() {
	if [ "${TRAFFIC_ONLY:-no}" = yes ]; then
		[ $# -eq 0 ] || skip 'only the traffic is tested, and this one is about unreach itself'
		return 0
	fi
	if [ $# -eq 0 ]; then
		[ -d "$SHARED" ] || fail 'no shared tracer: the file name says which kind it is, see README'
		tracer=shared
		events=$SHARED/events
		unreach_pid=$(cat "$SHARED/pid")
		unreach_err=$SHARED/stderr
		kill -0 "$unreach_pid" 2>/dev/null || fail 'the shared tracer is not running any more'
	else
		tracer=own
		events=$SCENARIO_OUT/events.json
		unreach_err=$SCENARIO_OUT/unreach.stderr
		launch_unreach "$@"
	fi
	wait_attached
	forget_events
}

# wait_attached: until unreach hooks all functions that it wants of the modules that are
# loaded. It comes a moment after the module, and what is rejected in between is
# known by its call chain only: true, documented, and not what is tested here.
wait_attached() {
	local i pair missing modules probes
	[ "$tracer" != none ] || return 0
	modules=$'\n'$(</proc/modules)
	for ((i = 0; i < 200; i++)); do
		missing=''
		# Probes on a module that has gone stay listed, with a mark, for a while.
		probes=$(grep -v GONE /sys/kernel/debug/kprobes/list || true)
		for pair in nft_reject_ipv4:nft_reject_ipv4_eval nft_reject_ipv6:nft_reject_ipv6_eval \
			nft_reject_inet:nft_reject_inet_eval nft_reject_bridge:nft_reject_bridge_eval \
			ipt_REJECT:reject_tg ip6t_REJECT:reject_tg6 nf_conntrack:nf_conntrack_inet_error; do
			[[ $modules == *$'\n'"${pair%:*} "* ]] || continue
			# The probe at the exit ("r") comes first, that at the entry ("k") completes it.
			[[ $probes == *"  k  ${pair#*:}+"* && $probes == *"  r  ${pair#*:}+"* ]] ||
				missing+=" ${pair#*:}"
		done
		[ -n "$missing" ] || return 0
		pause 0.1
	done
	fail "loaded, but not hooked by unreach after 20 s:$missing"
}

# launch_unreach ARG...: starts it, returns when everything is attached.
launch_unreach() {
	local i ready=$SCENARIO_OUT/ready
	rm -f "$ready"
	# A shell makes its background jobs ignore SIGINT: undo that.
	env --default-signal=INT,QUIT unreach --ready-file "$ready" "$@" >"$events" 2>"$unreach_err" &
	unreach_pid=$!
	pids+=("$unreach_pid")
	for ((i = 0; i < 1200; i++)); do
		[ ! -e "$ready" ] || return 0
		kill -0 "$unreach_pid" 2>/dev/null ||
			fail "unreach $* ended at once: $(tail -n 5 "$unreach_err")"
		pause 0.05
	done
	fail "unreach $*: no --ready-file after 60 s"
}

# stop_unreach [SIGNAL]: ends this scenario's own tracer; its exit status is in
# $unreach_status.
stop_unreach() {
	[ "$tracer" = own ] || fail 'stop_unreach: this scenario has no tracer of its own'
	kill "-${1:-TERM}" "$unreach_pid" 2>/dev/null || true
	wait_unreach
}

# wait_unreach: until the own tracer has ended by itself (-c, --for).
wait_unreach() {
	unreach_status=0
	wait "$unreach_pid" || unreach_status=$?
	tracer=stopped
}

# hold_unreach, release_unreach: in between, the kernel side goes on and nothing is looked up.
hold_unreach() { [ "$tracer" = none ] || kill -STOP "$unreach_pid"; }
release_unreach() { [ "$tracer" = none ] || kill -CONT "$unreach_pid"; }

# forget_events: what is expected from here on is only what comes from here on.
forget_events() {
	local lines
	mapfile -t lines <"$events"
	seen=${#lines[@]}
}

# events_now: sets $got to what unreach said since then, without the markers, and
# $events_n to how many those are.
events_now() {
	local lines line
	got='' events_n=0
	mapfile -t -s "$seen" lines <"$events"
	seen_now=$((seen + ${#lines[@]}))
	for line in "${lines[@]}"; do
		[[ $line != *'"name":"marker"'* ]] || continue
		# IPv6's own chatter: srv is a router, and a router's kernel refuses
		# multicast that it has no route for, silently. When it comes is chance.
		[[ $line != *'"suppressed_by":"broadcast"'*'"dst":"ff02::'* ||
			$line == *'"cause":"rule.'* ]] || continue
		got+=$line$'\n'
		events_n=$((events_n + 1))
	done
}

# settle: until unreach must have said all it has to say. Events come in order, so
# an event staged now and reported closes what was before; text of rules may be
# looked up late, hence a short wait on top.
settle() {
	local port i lines
	if [ "$tracer" = shared ]; then
		port=$(($(<"$SHARED/marker") + 1))
		echo "$port" >"$SHARED/marker"
		in_ns marker "$T/udp_send" 127.0.0.1 "$port" >/dev/null
		for ((i = 0; i < 200; i++)); do
			mapfile -t -s "$seen" lines <"$events"
			[[ ${lines[*]} != *"\"dport\":$port"[,\}]* ]] || break
			pause 0.05
		done
		[ "$i" -lt 200 ] || fail "unreach did not report the closing marker (udp port $port in netns marker) within 10 s"
	elif [ "$tracer" = own ]; then
		pause 1
	fi
	pause "$settle_s"
}

# expect: the events on standard input, as JSON objects, and no others, since
# start_unreach or the last expect. Strings
# "re:..." are regular expressions, "absent:" means the field must not be there.
expect() {
	local want i
	got=''
	want=$(cat)
	if [ "$tracer" = none ]; then
		compare # against nothing: is the expectation JSON at all?
		return 0
	fi
	settle
	# Late text: give what is expected a chance, but no more than 3 s.
	for ((i = 0; ; i++)); do
		events_now
		compare
		[[ $i -lt 15 && $differences == missing* ]] || break
		pause 0.2
	done
	printf '%s\n' "$want" >>"$SCENARIO_OUT/want.json"
	printf '%s' "$got" >>"$SCENARIO_OUT/got.json"
	[ -z "$differences" ] || {
		printf '%s\n' "$differences" >&2
		fail 'the events are not those expected'
	}
	seen=$seen_now
}

# no_control_characters TEXT: nothing in it but lines can move a terminal.
no_control_characters() {
	local text=${1//$'\n'/}
	[[ $text != *[[:cntrl:]]* ]] || fail "control characters in the output: ${text@Q}"
}

# expect_none: not a single event.
expect_none() { expect </dev/null; }
