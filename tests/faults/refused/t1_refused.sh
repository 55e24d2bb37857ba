# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Programs that the kernel refuses, one by one and in the combinations that matter: the same
# packets are refused each time, and what unreach says of them is held against what it says
# with all programs. It may know less, and then must have said at the start what it can't see;
# it may not say "proven", or what became of an answer, and be wrong. Nothing stays behind.
# What only a capture file or a filter takes is refused with these, and a file's answers are held
# against those of a file that was written with all programs.
# SHORT=yes: the combinations alone; ONLY=PATTERN: those in which it occurs; FROM=N,
# TO=N: from the Nth on, up to the Nth.
topo
need_module nft_nat
listen srv 127.0.0.1 5002
legacy=no bridge=no
! modprobe -q nft_reject_bridge || bridge=yes
nft_in srv <<-NFT
	table inet filter { chain input { type filter hook input priority 0;
		udp dport 5004 reject
		tcp dport 8004 reject with tcp reset
	}; }
	table ip natt {
		chain pre { type nat hook prerouting priority dstnat; udp dport 5006 dnat to $K4:53; }
	}
NFT
ip -n "$ct" -batch - <<-IP
	addr flush dev k1
	link add br0 address 02:00:00:00:19:02 type bridge
	link set k1 master br0
	link set br0 up
	addr add $K4/24 dev br0
	neigh add 172.29.219.1 lladdr 02:00:00:00:19:01 dev br0
	route add default via 172.29.219.1
IP
[ $bridge = no ] || nft_in ct <<<'table bridge b { chain input { type filter hook input priority 0; ip protocol udp udp dport 5007 reject; }; }'
! modprobe -q iptable_filter || legacy=yes
[ $legacy = no ] || in_ns srv iptables-legacy -A INPUT -p udp --dport 5005 -j REJECT
ip -n "$srv" route add prohibit 198.51.100.0/24
ip netns exec "$srv" sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
sysctl -q -e -w net.ipv4.icmp_msgs_per_sec=1000000 net.ipv4.icmp_msgs_burst=1000000 \
	net.ipv4.route.error_cost=0
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'

out=$SCENARIO_OUT
asked=0 tries=0 wrong=0 less=0 ended=0

# The causes that all programs tell; without any of them this would be no test.
causes() {
	echo icmp/4/udp/5001 socket.none
	echo icmp/4/udp/5002 socket.address
	echo icmp/4/udp/5003 socket.closed
	echo icmp/4/udp/5004 rule.nft
	[ $legacy = no ] || echo icmp/4/udp/5005 rule.iptables
	echo icmp/4/udp/53 socket.nat
	[ $bridge = no ] || echo icmp/4/udp/5007 rule.nft
	echo icmp/4/udp/5008 socket.none
	echo icmp/4/udp/7 route.rejected
	echo icmp/6/udp/5001 socket.none
	echo icmp/6/udp/5004 rule.nft
	echo rst/4/tcp/8001 socket.none
	echo rst/4/tcp/8003 socket.closed
	echo rst/4/tcp/8004 rule.nft
	echo rst/6/tcp/8001 socket.none
}

# One of each.
refuse() {
	start_program srv "$T/udp_end" exit 0.0.0.0 5003 --after 0
	start_program srv "$T/tcp_listen" 0.0.0.0 8003
	kill "$pid"
	wait "$pid" || true
	in_ns cli sh -c "for port in 5001 5002 5003 5004 5005 5006; do
		$T/udp_send $V4 \$port --wait .2
	done
	$T/udp_send $K4 5007 --wait .2
	$T/udp_send $V6 5001 --wait .2
	$T/udp_send $V6 5004 --wait .2
	$T/udp_send 198.51.100.9 7 --wait .2" >"$out/sent"
	tcp cli "$V4" 8001
	tcp cli "$V4" 8003
	tcp cli "$V4" 8004
	tcp cli "$V6" 8001
	in_ns srv sysctl -q -w net.ipv4.icmp_ratelimit=100000000
	result=$(in_ns cli "$T/udp_send" "$V4" 5008 --wait .1)
	in_ns srv sysctl -q -w net.ipv4.icmp_ratelimit=0
}

# left: what a tracer could leave behind, in little.
left() {
	"$T/bpf_ids" | tr , '\n'
	cat /sys/kernel/debug/kprobes/list /sys/kernel/tracing/enabled_functions
}

complain() {
	echo "FAIL: $1: $2" >&2
	grep '^unreach: ' "$out/err" >&2 || true
	wrong=$((wrong + 1))
}

# trace MODE: packets are refused before unreach's eyes, which looks at all, writes a file, or
# filters; its status is in $status, its lines in got, the answers in its file in wire.
trace() {
	local i options=()
	case $1 in
	write) options=(-w "$out/file" --print) ;;
	filter) options=('not port 5002') ;;
	esac
	rm -f "$out/ready" "$out/file"
	env --default-signal=INT unreach --json --received --tcp-reset --ready-file "$out/ready" \
		"${options[@]}" >"$out/events" 2>"$out/err" &
	unreach_pid=$!
	pids=("${pids[@]:0:1}" "$unreach_pid")
	for ((i = 0; i < 1200; i++)); do
		[ ! -e "$out/ready" ] || break
		kill -0 "$unreach_pid" 2>/dev/null || break
		pause 0.05
	done
	[ ! -e "$out/ready" ] || refuse
	pause 0.3
	kill -TERM "$unreach_pid" 2>/dev/null || true
	status=0
	wait "$unreach_pid" || status=$?
	grep -v '"suppressed_by":"broadcast"' "$out/events" >"$out/got" || true
	: >"$out/wire"
	[ ! -s "$out/file" ] || python3 /t/faults/refused/answers.py "$out/file" | sort >"$out/wire"
}

# judge_file: the answers in the file, against those of the file of all programs.
judge_file() {
	grep '^WRONG' "$out/wire" || true
	comm -13 "$out/wire.all" "$out/wire" | sed '/^WRONG/d; s/.*/WRONG &: an answer made up/'
	comm -23 "$out/wire.all" "$out/wire" | sed 's/.*/LESS &: not in the file/'
}

# try WHAT MODE: with what is refused in the environment.
try() {
	local line answers lines passed i truth=$out/truth.$2
	tries=$((tries + 1))
	trace "$2"
	echo "$1: status $status"
	for ((i = 0; i < 300; i++)); do # what the kernel frees late may take a moment
		left >"$out/left.now"
		! cmp -s "$out/left" "$out/left.now" || break
		pause 0.1
	done
	[ "$i" -lt 300 ] ||
		complain "$1" "left behind: $(diff "$out/left" "$out/left.now" | head -n 4) $(bpftool map list)"
	case $status in
	0) ;;
	3)
		ended=$((ended + 1))
		grep -q '^unreach: .*refuse' "$out/err" || complain "$1" 'status 3, and it does not say why'
		return 0
		;;
	*) complain "$1" "status $status" && return 0 ;;
	esac
	answers=$(answers_of "$out/err")
	lines=$(grep -c -v '"answer":"received"' "$out/got" || true)
	passed=$(sed -n 's/^ *\([0-9]*\)  not shown: other packets.*/\1/p' "$out/err")
	[ $((answers)) = $((lines + passed)) ] ||
		complain "$1" "counted $answers, and tells of $lines, and $((passed)) that the filter passes over"
	jq -r -n -L /t/faults/refused --slurpfile truth "$truth" --slurpfile got "$out/got" \
		'include "judge"; judge($truth; $got)[]' >"$out/judged"
	[ "$2" != write ] || judge_file >>"$out/judged"
	[ ! -s "$out/judged" ] || less=$((less + 1))
	while read -r line; do complain "$1" "$line"; done < <(grep '^WRONG' "$out/judged")
	if grep -q '^LESS' "$out/judged" && ! grep -q '^unreach: not seen here: ' "$out/err"; then
		complain "$1" "it knows less, and does not say what it can't see: $(grep ^LESS "$out/judged")"
	fi
	{
		echo "$1"
		grep 'not seen here' "$out/err" || true
		cat "$out/judged"
	} >>"$out/told"
}

# refused LOAD ATTACH [MODE] [ERROR]
refused() {
	[[ "$1 $2" == *${ONLY:-}* ]] || return 0
	asked=$((asked + 1))
	[ "$asked" -ge "${FROM:-1}" ] && [ "$asked" -le "${TO:-$asked}" ] || return 0
	export REFUSE_LOAD=$1 REFUSE_ATTACH=$2 REFUSE_ERROR=${4:-EINVAL}
	try "$asked: load ${1:-all} attach ${2:-all} ${3:-all} ${4:-}" "${3:-all}"
}

# With all programs, which tells their names as well; those that only a file or a filter takes
# are refused when it is asked for.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
trace write # modules come, which stay
bpf_state >"$out/before"
left >"$out/left"
for mode in all write filter; do
	REFUSE_LOG=$out/names.$mode trace $mode
	[ "$status" = 0 ] || fail "$mode, without any refusal: status $status: $(cat "$out/err")"
	cp "$out/got" "$out/truth.$mode"
	causes | if [ $mode = filter ]; then grep -v /5002; else cat; fi >"$out/causes"
	jq -r -L /t/faults/refused 'include "judge"; select(.answer != "received") | key + " " + .cause' \
		"$out/truth.$mode" | sort | diff - <(sort "$out/causes") ||
		fail "not what was staged, with all programs: $mode"
	[ $mode != write ] || cp "$out/wire" "$out/wire.all"
	sort -u "$out/names.$mode" | sed "s/$/ $mode/" >>"$out/named"
done
sort -k 1,2 -s -u "$out/named" >"$out/programs"
! grep WRONG "$out/wire.all" || fail 'answers in the file that answer nothing'
[ "$(wc -l <"$out/wire.all")" -ge 8 ] || fail "answers in the file: $(cat "$out/wire.all")"
echo "$(grep -c ^load "$out/programs") programs are loaded"

if [ "${SHORT:-no}" = no ]; then
	while read -r what name mode; do
		case $what in
		load) refused "$name" '' "$mode" ;;
		attach) refused '' "$name" "$mode" ;;
		esac
	done <"$out/programs"
fi
while read -r load attach mode error; do
	refused "${load#-}" "${attach#-}" "$mode" "$error"
done <<'SETS'
record_build -
record_build - all EPERM
record_xt -
record_rule -
record_sockets -
udp_end - all EPERM
icmp4_enter,icmp4_exit,icmp4_exit_kret -
icmp4_enter,icmp4_exit -
icmp4_exit,icmp4_exit_kret -
icmp6_enter,icmp6_exit,icmp6_exit_kret -
icmp6_enter,icmp6_exit -
icmp6_exit,icmp6_exit_kret -
global_allow* -
peer_allow* -
push4* -
push6* -
error_enter -
error_exit* -
routes_changed* -
rst_built* -
udp_end* -
udp_leave* -
udp_end*,udp_leave*,net_end* -
received4_enter* -
received4_exit,received_exit_kret -
received6_enter* -
received6_exit,received_exit_kret -
received_told* -
received_tcp* -
received* -
reset4_exit,reset_exit_kret -
reset6_exit,reset_exit_kret -
reset_active_exit,reset_exit_kret -
reset4_enter,reset4_exit -
reset*,listener* -
listener_end* -
listener_abort* -
listener* -
nft_reject_enter,xt_reject_enter -
nft_reject_enter,xt_reject_enter,reject_exit -
hand_built* -
rules_change,table_change,table_changed -
ct_error* -
module_load,module_free -
icmp4_enter,nft_reject_enter,xt_reject_enter,reject_exit -
global_allow*,peer_allow*,push* -
udp_end*,ct_error*,nft_reject_enter -
- *
- *_exit,push*,*allow*
- *enter*
- *_kret
- icmp4_exit*
- icmp6_exit*
- error_exit*
- reset*_exit*
- received*_exit*
- ct_error_exit
- reject_exit
- hand_built*
- udp_end*
* -
*_kret,*_kprobe -
symbol_*,table_*,rules_* -
push4_enter*,push6_enter* - write
push4_enter*,answer4* - write
answer4* - write
push4*,push6* - write
rst_* - write
hand_built* - write
reset*,listener* - write
record_* - write
udp_end - write EPERM
- push4_enter*,answer4* write
- push6_enter* write
- rst_* write
- * write
*_kret,*_kprobe - write
filter_* - filter
filter_match - filter EPERM
filter_ask - filter
filter_pass,filter_drop - filter
udp_end - filter EPERM
reset* - filter
icmp4_enter,nft_reject_enter,xt_reject_enter,reject_exit - filter
icmp6_exit,icmp6_exit_kret - filter
* - filter
SETS
nothing_left "$out/before"
echo "$tries refusals: $less told of less, $ended ended with status 3, $wrong were wrong" |
	tee "$out/figures"
[ "$wrong" = 0 ] || fail "$wrong were wrong"
