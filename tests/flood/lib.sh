# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - the words of floods: traffic that is too much to be told of one by one, and what the
# kernel's own counters (its MIBs) say of it. Scenarios source it on top of theirs.

from=10.44.0.1 # addresses behind cli, for answers to go to

# flood_topo: as topo, with answers that are not limited, and with many peers behind cli.
flood_topo() {
	topo
	ip -n "$cli" route add local 10.44.0.0/16 dev lo
	ip -n "$srv" route add 10.44.0.0/16 via "$C4"
	limits 0 10000000
	pause 2 # until IPv6 has said hello
}

# limits PEER MESSAGES: ms between answers to one peer; answers to all in a second.
limits() {
	local all=("net.ipv4.icmp_msgs_per_sec=$2" "net.ipv4.icmp_msgs_burst=$2"
		"net.ipv4.icmp_ratelimit=$1" "net.ipv6.icmp.ratelimit=$1")
	# In the first namespace, too: the limit for all is its alone, up to some kernel.
	sysctl -q -e -w "${all[@]}" 2>/dev/null || true
	in_ns srv sysctl -q -e -w "${all[@]}" 2>/dev/null || true
}

# flood ADDR PORT [option]...: from cli.
flood() {
	result=$(in_ns cli "$T/udp_flood" "$@") || fail "udp_flood $*: exit status $?"
}

# segments SRC DST PORT FLAGS N: so many TCP segments that belong to no connection, from cli.
segments() {
	in_ns cli "$T/raw_send" rawsyn "$1" "$2" 1024 "$3" "$4" "$5" >/dev/null ||
		fail "raw_send $*: exit status $?"
}

# flood_on, flood_off: in the background from one to the other.
flood_on() {
	local path
	path=$(ns_path cli)
	nsenter "--net=$path" -- "$T/udp_flood" -n 0 "$@" >"$SCENARIO_OUT/flood" 2>&1 &
	flood_pid=$!
	pids+=("$flood_pid")
}
flood_off() {
	kill "$flood_pid"
	wait "$flood_pid" || fail "flood: $(cat "$SCENARIO_OUT/flood")"
	pause 0.3 # what is under way
}

# mibs: what srv's kernel counted so far, as words for eval.
mibs() {
	in_ns srv cat /proc/net/snmp /proc/net/snmp6 | awk '
		/^(Udp|Tcp|Icmp):/ {
			if (!($1 in names)) { names[$1] = $0; next }
			n = split(names[$1], name)
			for (i = 2; i <= n; i++) v[substr($1, 1, length($1) - 1) name[i]] = $i
		}
		NF == 2 { v[$1] = $2 }
		END {
			printf "resets=%d missed=%d pushed=%d limited=%d failed=%d", v["TcpOutRsts"],
				v["UdpNoPorts"] + v["Udp6NoPorts"],
				v["IcmpOutDestUnreachs"] + v["Icmp6OutDestUnreachs"],
				v["IcmpOutRateLimitGlobal"] + v["IcmpOutRateLimitHost"] + v["Icmp6OutRateLimitHost"],
				v["IcmpOutErrors"] + v["Icmp6OutErrors"]
		}'
}

# rejected: what the counters of srv's rules have by now.
rejected() {
	in_ns srv nft list ruleset | awk '/ counter packets .* reject/ {
		for (i = 1; i < NF; i++) if ($i == "packets") sum += $(i + 1)
	} END { print sum + 0 }'
}

# count_from_here: what is counted is counted from here. counted: since then, in $missed (for
# want of a socket), $pushed (handed to IP output, whatever became of it there), $limited (by a
# rate limit; kernels before 6.1 don't count that), $failed (found no memory or route) and $resets
# (that TCP itself made, in either IP version).
count_from_here() {
	local missed pushed limited failed resets
	eval "$(mibs)"
	resets_before=$resets
	missed_before=$missed pushed_before=$pushed limited_before=$limited failed_before=$failed
	rejected_before=$(rejected)
}
counted() {
	eval "$(mibs)"
	missed=$((missed - missed_before)) pushed=$((pushed - pushed_before))
	limited=$((limited - limited_before)) failed=$((failed - failed_before))
	rejected=$(($(rejected) - rejected_before)) resets=$((resets - resets_before))
}

# answers_of FILE: of the last totals in it.
answers_of() {
	sed -n 's/^unreach: \([0-9]*\) answers\{0,1\} in .*/\1/p; s/^unreach: this host generated no .*/0/p' "$1" |
		tail -n 1
}

# totals_now: what the running tracer has counted, in $answers.
totals_now() {
	local i before
	before=$(grep -c '^unreach: .* in ' "$unreach_err" || true)
	for ((i = 0; i < 40; i++)); do
		kill -USR1 "$unreach_pid"
		pause 0.5
		[ "$(grep -c '^unreach: .* in ' "$unreach_err" || true)" = "$before" ] || break
	done
	[ "$i" -lt 40 ] || fail 'no totals within 20 s of SIGUSR1'
	answers=$(answers_of "$unreach_err")
}

# told [FILTER]: how many the lines tell of.
told() { jq -s "map(select(${1:-true}) | .count) | add // 0" "$events"; }

# check_sums WANT [BEFORE]: the tracer has ended. It counted exactly WANT, BEFORE not among them;
# its lines and what it says to be without details are all of these.
check_sums() {
	local lines
	answers=$(answers_of "$unreach_err")
	[ $((answers - ${2:-0})) = "$1" ] ||
		fail "the kernel counted $1, unreach $((answers - ${2:-0})): $(cat "$unreach_err")"
	lost=$(awk '/^unreach: .* in / { sum = 0 } /without details/ { sum += $1 } END { print sum + 0 }' "$unreach_err")
	lines=$(told)
	[ $((lines + lost)) = "$answers" ] ||
		fail "of $answers answers the lines have $lines, and $lost are without details: $(cat "$unreach_err")"
	say_sums "$1"
}

# within MIB TOLD WHAT: the lines have all of these that are not without details.
within() {
	if [ "$2" -gt "$1" ] || [ $(($2 + lost)) -lt "$1" ]; then
		fail "the kernel says $3 of $1, the lines have $2, and $lost are without details"
	fi
}

# check_outcomes: those that were sent and those that were not are as many as the kernel says, as
# far as there are lines.
check_outcomes() {
	local out limit
	out=$(told '.outcome == "sent" or .suppressed_by == "output-rule" or .suppressed_by == "output"')
	limit=$(told '.suppressed_by // "" | startswith("rate-limit")')
	within "$pushed" "$out" 'sent'
	[ "$has_limits" = no ] || within "$limited" "$limit" 'rate-limited'
}

# check_resets: so are TCP's, and those that are alike come on few lines.
check_resets() {
	local lines
	within "$resets" "$(told '.answer == "rst"')" 'reset'
	lines=$(jq -s 'map(select(.answer == "rst")) | length' "$events")
	if [ "$lines" = 0 ] || [ $((lines * 20)) -gt "$resets" ]; then
		fail "$lines lines tell of $resets resets"
	fi
}

# Does the kernel count what it limits?
has_limits=$(grep -q OutRateLimitHost /proc/net/snmp && echo yes || echo no)

# say_sums COUNTED, memory: for those who read the log.
say_sums() { echo "counted $1 of $1; $lost without details; $(memory)" >>"$SCENARIO_OUT/figures"; }

# sample: note how much memory the tracer holds; memory: the most that was noted.
rss_max=0
sample() {
	local name size
	while read -r name size _; do
		[ "$name" != VmHWM: ] || rss_max=$size
	done <"/proc/$unreach_pid/status"
}
memory() { echo "RSS at most $rss_max kB"; }

# bpf_state: what a tracer could leave behind.
bpf_state() {
	"$T/bpf_ids"
	find /sys/fs/bpf -mindepth 1
	cat /sys/kernel/debug/kprobes/list /sys/kernel/tracing/kprobe_events
	cat /sys/kernel/tracing/enabled_functions
	lsmod | awk '{print $1, $3}' | sort
}

# nothing_left FILE: the state is that of FILE again. What the kernel frees late may take a moment, or
# long, where it waits for all tasks (RCU of sleepable programs) and processors take turns.
nothing_left() {
	local i
	for ((i = 0; i < 300; i++)); do
		bpf_state >"$1.now"
		! diff -q "$1" "$1.now" >/dev/null || return 0
		pause 0.1
	done
	fail "this differs: $(diff "$1" "$1.now"); maps: $(bpftool map list)"
}

# ---- the proofs: each takes how many packets -----------------------------------

nft_reject_all() {
	nft_in srv <<-'NFT'
		table inet filter { chain input { type filter hook input priority 0;
			udp dport 7001 counter reject
			udp dport 7002 counter reject with icmpx admin-prohibited
		}; }
	NFT
}

# Of all kinds, by IPv4 and IPv6, with and without rate limits.
prove_exact() {
	local n=$1
	flood_topo
	nft_reject_all
	start_unreach --json
	count_from_here
	flood "$V4" 8125 -n $((n * 3 / 10)) --ports 2 --sources $from/2
	flood "$V6" 8125 -n $((n * 2 / 10))
	flood "$V4" 7001 -n $((n / 10)) --ports 2
	limits 1000 1000
	flood "$V4" 8125 -n $((n * 2 / 10))
	flood "$V6" 8127 -n $((n / 10))
	flood "$V4" 7001 -n $((n / 10)) --sources $from/8
	pause 2
	sample
	counted
	stop_unreach INT
	check_sums $((missed + rejected))
	[ "$missed" -gt $((n * 7 / 10)) ] || fail "$missed found no socket: is this a test?"
	check_outcomes
	[ "$(told '.cause == "rule.nft"')" -gt 0 ] || fail 'no rule was seen: is this a test?'
}

# To more ports from more addresses than there are places to count them apart.
prove_full() {
	local n=$1
	flood_topo
	start_unreach --json
	count_from_here
	flood "$V4" 20000 -n "$n" --ports 20000 --sources $from/3001
	flood "$V4" 8125 -n "$n"
	pause 2
	sample
	counted
	stop_unreach INT
	check_sums "$missed"
	check_outcomes
	[ "$missed" -gt "$n" ] || fail "$missed found no socket: is this a test?"
}

# While the reader is stopped for SECONDS.
prove_stopped() {
	local seconds=$1
	flood_topo
	nft_reject_all
	start_unreach --json
	count_from_here
	flood_on "$V4" 20000 --ports 20000 --gap .01
	flood "$V4" 7001 -n 1000
	hold_unreach
	pause "$seconds"
	flood "$V4" 7001 -n 1000
	release_unreach
	pause 1
	flood_off
	pause 1
	sample
	counted
	stop_unreach INT
	check_sums $((missed + rejected))
	grep -q 'without details: the ring buffer was full' "$unreach_err" ||
		fail "the ring was never full: $(cat "$unreach_err")"
}

# Killed while packets are refused by all, and started again at once.
prove_killed() {
	local n=$1 before=$SCENARIO_OUT/before answers_before
	flood_topo
	nft_reject_all
	bpf_state >"$before"
	start_unreach --json
	[ "$(bpftool -j prog list | jq length)" -gt 0 ] || fail 'no program is loaded: is this a test?'
	flood_on "$V4" 7000 --ports 4 --sources $from/7
	pause 1
	stop_unreach KILL
	nothing_left "$before"
	start_unreach --json
	pause 1
	flood_off
	totals_now
	[ "$answers" -gt 0 ] || fail 'the second one saw nothing: is this a test?'
	answers_before=$answers
	count_from_here
	flood "$V4" 7000 -n "$n" --ports 4 --sources $from/7
	sample
	counted
	stop_unreach TERM
	check_sums $((missed + rejected)) "$answers_before"
	nothing_left "$before"
}

# COUNT namespaces, one after the other, and packets in each.
prove_namespaces() {
	flood_topo
	start_unreach --json
	count_from_here
	flood_on "$V4" 8125 --gap .01
	result=$("$T/udp_flood" 127.0.0.1 9000 -n 20 --ports 3 --namespaces "$1")
	flood_off
	pause 2
	sample
	counted
	stop_unreach INT
	result=${result##*'"refused":'}
	result=${result%\}}
	[ "$result" -gt $((15 * $1)) ] || fail "$result found no socket: is this a test?"
	check_sums $((missed + result))
}

# The modules that reject go and come again COUNT times, while packets are rejected.
prove_modules() {
	local i
	flood_topo
	! modprobe -q iptable_filter || in_ns srv iptables-legacy -L -n >/dev/null
	start_unreach --json
	count_from_here
	flood_on "$V4" 7000 --ports 4 --gap .01
	for ((i = 0; i < $1; i++)); do
		nft_reject_all
		! modprobe -q iptable_filter ||
			in_ns srv iptables-legacy -A INPUT -p udp --dport 7003 -j REJECT
		pause "0.$((i % 5 + 1))"
		! modprobe -q iptable_filter || in_ns srv iptables-legacy -F INPUT
		in_ns srv nft delete table inet filter
		drop_modules nft_reject_inet nft_reject_ipv6 nft_reject_ipv4 nft_reject ipt_REJECT
	done
	flood_off
	pause 2
	sample
	counted
	stop_unreach INT
	check_sums $((pushed + failed))
	[ "$pushed" -gt "$missed" ] || fail 'nothing was rejected: is this a test?'
	[ "$(told '.cause == "rule.nft"')" -gt 0 ] || fail 'no rule was seen: is this a test?'
}

# drop_modules NAME...: rules go a moment after nft says so.
drop_modules() {
	local name i
	for name; do
		for ((i = 0; i < 50; i++)); do
			! modprobe -q -r "$name" || break
			pause 0.1
		done
		[ "$i" -lt 50 ] || fail "module $name does not go: $(grep "^$name " /proc/modules)"
	done
}

# start_added: as start_unreach --json, with lines that are added up as they come: they would
# not fit into the guest. What told says of them then is their sum.
start_added() {
	tracer=own events=$SCENARIO_OUT/lines unreach_err=$SCENARIO_OUT/unreach.stderr
	mkfifo "$events"
	awk 'match($0, /,"count":[0-9]+/) { sum += substr($0, RSTART + 9, RLENGTH - 9) }
		END { printf "%d\n", sum }' "$events" >"$SCENARIO_OUT/told" &
	launch_unreach --json
	wait_attached
	# shellcheck disable=SC2317 # check_sums calls it
	told() {
		until [ -s "$SCENARIO_OUT/told" ]; do pause 0.1; done
		cat "$SCENARIO_OUT/told"
	}
}

# held: what the tracer holds now, in $kb of memory and $fds: the least of some looks, for it
# opens a file now and then (two are forgiven even so).
held() {
	local i list name size
	fds=100000
	for i in 1 2 3 4 5; do
		list=("/proc/$unreach_pid/fd/"*)
		[ "${#list[@]}" -ge "$fds" ] || fds=${#list[@]}
		pause 0.2
	done
	while read -r name size _; do
		[ "$name" != VmRSS: ] || kb=$size
	done <"/proc/$unreach_pid/status"
}

# In twenty parts, of which the first two are there to grow in.
prove_soak() {
	local n=$1 i kb=0 fds=0 kb_first=0 fds_first=0
	flood_topo
	nft_reject_all
	start_added
	count_from_here
	for ((i = 1; i <= 20; i++)); do
		flood "$V4" 7000 -n $((n / 100)) --ports 4 --sources $from/999
		flood "$V4" 20000 -n $((n / 200)) --ports 3000
		flood "$V6" 8125 -n $((n / 200))
		flood "$V4" $((8125 + i)) -n $((n * 3 / 100))
		pause 2
		held
		echo "$((n * i / 20)) packets, $SECONDS s: RSS $kb kB, $fds descriptors" >>"$SCENARIO_OUT/figures"
		[ "$i" != 2 ] || kb_first=$kb fds_first=$fds
	done
	[ "$kb" -le $((kb_first + 512)) ] || fail "it holds $kb kB, and held $kb_first"
	[ "$fds" -le $((fds_first + 2)) ] || fail "it holds $fds descriptors, and held $fds_first"
	sample
	counted
	stop_unreach INT
	check_sums $((missed + rejected))
}

# All of it in little: killed in a flood and started again in it, then with rate limits and without,
# by sockets, rules and TCP, and the reader stopped with the ring full.
prove_short() {
	local n=$1 before=$SCENARIO_OUT/before answers_before closed='(.packet.dport | . == 7000 or . == 7003)'
	flood_topo
	nft_reject_all
	bpf_state >"$before"
	start_unreach --json
	flood_on "$V4" 7000 --ports 4 --gap .005
	pause 0.5
	stop_unreach KILL
	nothing_left "$before"
	start_unreach --json --tcp-reset
	pause 0.5
	flood_off
	totals_now
	[ "$answers" -gt 0 ] || fail 'the second one saw nothing: is this a test?'
	# Also those that came while it started: who decided is known from the first one on.
	[ "$(told "$closed and .cause == \"unknown\"")" = 0 ] ||
		fail "of a closed port it does not know why: $(jq -c "select($closed and .cause == \"unknown\")" "$events" | head -n 1)"
	answers_before=$answers
	count_from_here
	flood "$V4" 7000 -n "$n" --ports 4
	flood "$V6" 8125 -n $((n / 4))
	segments "$C4" "$V4" 9001 S "$n"
	segments "$C6" "$V6" 9001 A "$n"
	limits 1000 1000
	flood "$V4" 8125 -n "$n" --sources $from/3
	hold_unreach
	flood "$V4" 20000 -n "$n" --ports 6000
	release_unreach
	pause 1
	sample
	counted
	stop_unreach INT
	check_sums $((missed + rejected + resets)) "$answers_before"
	check_resets
	grep -q 'without details: the ring buffer was full' "$unreach_err" ||
		fail "the ring was never full: $(cat "$unreach_err")"
	[ "$rejected" -gt 0 ] || fail 'no rule was hit: is this a test?'
}

# Each of the processors refuses its own packets: veth hands them over on the sender's.
ORDER_MS=500 # a processor of a guest may stand still for long between decision and hand-over
prove_order() {
	local n=$1 cpu cpus figures path senders=()
	cpus=$(nproc)
	[ "$cpus" -gt 1 ] || skip 'only one processor'
	need_command taskset
	flood_topo
	nft_reject_all
	start_unreach --json --all
	path=$(ns_path cli)
	for ((cpu = 0; cpu < cpus; cpu++)); do
		taskset -c "$cpu" nsenter "--net=$path" -- "$T/udp_flood" "$V4" 7000 -n "$n" --ports 4 \
			--gap .2 --sources "10.44.$cpu.1/1" >/dev/null &
		senders+=("$!")
		pids+=("$!")
	done
	wait "${senders[@]}"
	pause 2
	sample
	stop_unreach INT
	figures=$(jq -r '[.packet.src, .time] | @tsv' "$events" | awk -v most="$ORDER_MS" '
		{
			split($2, t, "[T:.Z]")
			at = (t[2] * 60 + t[3]) * 60 + t[4] + ("0." t[5])
			if (at < own[$1]) wrong++
			if (at < last - most / 1000) late++
			if (at < last) { swapped++; if (last - at > worst) worst = last - at }
			else last = at
			own[$1] = at
			n[$1]++
		}
		END {
			for (who in n) { senders++; if (!least || n[who] < least) least = n[who] }
			printf "%d %d %d %d %d %d %.3f\n", NR, senders, least, wrong, late, swapped, worst * 1000
		}')
	read -r total senders least wrong late swapped worst <<<"$figures"
	if [ "$senders" != "$cpus" ] || [ "$least" -le 20 ]; then
		fail "$total events of $senders senders, $least of one of them: is this a test?"
	fi
	[ "$wrong" = 0 ] || fail "$wrong events of one processor are out of order"
	[ "$late" = 0 ] || fail "$late events are more than $ORDER_MS ms out of order, by up to $worst ms"
	echo "$total events of $cpus processors: $swapped changed places, by $worst ms at most" >>"$SCENARIO_OUT/figures"
}
