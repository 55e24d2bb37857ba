# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# TIMES starts under load, each ended by SIGINT, SIGTERM or SIGKILL: after it was ready, or at some
# moment of its start. In the end there is no program, map, link, probe or trampoline, and no more
# memory is taken than after the first tenth of them.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
flood_topo
nft_reject_all
flood_on "$V4" 7000 --ports 4 --gap .02 --sources $from/3
before=$SCENARIO_OUT/before
bpf_state >"$before"
times=${TIMES:-200}
RANDOM=${SEED:-1}
moments=(ready start) signals=(INT TERM KILL)
declare -A ended=()

# caches: each of the kernel's slab caches, and the kB that its slabs take.
caches() { awk 'NR > 2 { print $1, $15 * $6 * 4 }' /proc/slabinfo; }

# grown FILE: the caches that take most more than in FILE, as caches() wrote it.
grown() {
	join <(sort "$1") <(caches | sort) | awk '$3 > $2 { print $3 - $2, $1 }' | sort -rn |
		awk 'NR <= 8 { printf "%s%s kB %s", NR > 1 ? ", " : "", $1, $2 }'
}

# memory_now: kB that are not available, and of those in slabs that can't be given back, per-CPU
# areas and vmalloc, which is where BPF is. What was freed is given back first; and what the kernel
# frees late, after its tasks have all passed by, is waited for until there is no less for 5 s.
memory_now() {
	local file same=0 least='' i now
	echo 3 >/proc/sys/vm/drop_caches
	for ((i = 0; i < 240 && same < 10; i++)); do
		[ $((i % 10)) != 0 ] || for file in /sys/kernel/slab/*/shrink; do
			echo 1 >"$file" || true
		done 2>/dev/null
		pause 0.5
		now=$(awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo)
		same=$((same + 1))
		[ -n "$least" ] && [ "$now" -ge "$((least - 64))" ] || least=$now same=0
	done
	settled=$((i / 2))
	read -r taken slab percpu vmalloc < <(awk '
		$1 == "MemTotal:" { total = $2 }
		$1 == "MemAvailable:" { $1 = "taken"; $2 = total - $2 }
		{ v[$1] = $2 }
		END { print v["taken"], v["SUnreclaim:"], v["Percpu:"], v["VmallocUsed:"] }' /proc/meminfo)
}

# one SIGNAL MOMENT: how far it came goes to $moment, how it ended to $status.
one() {
	local ready=$SCENARIO_OUT/ready i
	rm -f "$ready"
	env --default-signal=INT,QUIT unreach --json --ready-file "$ready" >"$SCENARIO_OUT/lines" 2>"$SCENARIO_OUT/err" &
	pid=$!
	pids=("${pids[0]}" "$pid")
	moment=$2
	if [ "$2" = ready ]; then
		for ((i = 0; i < 1200; i++)); do
			[ ! -e "$ready" ] || break
			kill -0 "$pid" 2>/dev/null || fail "it ended at once: $(cat "$SCENARIO_OUT/err")"
			pause 0.05
		done
		pause "0.$((RANDOM % 10))"
	else
		pause "$((took_ms * (RANDOM % 100) / 100000)).$(printf '%03d' $((took_ms * (RANDOM % 100) / 100 % 1000)))"
		[ ! -e "$ready" ] || moment=ready
	fi
	status=0
	kill "-$1" "$pid"
	wait "$pid" || status=$?
	case $1/$status in
	KILL/137 | INT/0 | TERM/0) ;;
	# Signals are set up first of all, so that one that comes before is the shell's.
	INT/130 | TERM/143) [ "$moment" = start ] || fail "SIG$1 while it ran: status $status" ;;
	*) fail "SIG$1 at its $moment: status $status: $(cat "$SCENARIO_OUT/err")" ;;
	esac
	[ "$1" = KILL ] || [ ! -e "$ready" ] || fail "SIG$1 at its $moment: the ready file is still there"
	ended[$1/$moment]=$((${ended[$1/$moment]:-0} + 1))
}

# How long a start takes here.
start_ns=$(date +%s%N)
took_ms=1000
one TERM ready
took_ms=$((($(date +%s%N) - start_ns) / 1000000))
first=''
for ((n = 1; n <= times; n++)); do
	one "${signals[n % 3]}" "${moments[n / 3 % 2]}"
	if [ $((n % (times / 10 ? times / 10 : 1))) = 0 ]; then
		nothing_left "$before"
		at_once=$(awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo)
		memory_now
		figures="$n starts: $taken kB taken, $slab in slabs ($at_once $settled s before), $percpu per CPU, $vmalloc vmalloc"
		echo "$figures" >>"$SCENARIO_OUT/figures"
		echo "$figures" >/dev/kmsg # on the console, should the kernel go down
		[ -z "$first" ] || echo "more than after the first: $(grown "$SCENARIO_OUT/caches")" >>"$SCENARIO_OUT/figures"
		[ -n "$first" ] || caches >"$SCENARIO_OUT/caches"
		[ -n "$first" ] || first=$taken slab_first=$slab percpu_first=$percpu
	fi
done
[ "$taken" -le $((first + 32768)) ] || fail "$taken kB of memory are taken, and $first were after the first tenth"
[ "$slab" -le $((slab_first + 8192)) ] || fail "$slab kB are in slabs, and $slab_first were"
[ "$percpu" -le $((percpu_first + 512)) ] || fail "$percpu kB are per CPU, and $percpu_first were"
flood_off
nothing_left "$before"
for signal in "${signals[@]}"; do
	for moment in "${moments[@]}"; do
		[ "$times" -lt 30 ] || [ "${ended[$signal/$moment]:-0}" -gt 0 ] || fail "no SIG$signal at its $moment: is this a test?"
		echo "SIG$signal at its $moment: ${ended[$signal/$moment]:-0} times" >>"$SCENARIO_OUT/figures"
	done
done
