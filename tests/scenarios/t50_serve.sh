# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --serve: what is scraped is what was sent, exactly, in both formats, while the reader of the
# events takes nothing; it ends all the same, and says how many lines were not taken.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
topo
in_ns srv sysctl -q -w net.ipv4.icmp_ratelimit=0
for ns in srv ""; do
	${ns:+in_ns $ns} sysctl -q -e -w net.ipv4.icmp_msgs_per_sec=100000000 net.ipv4.icmp_msgs_burst=1000000 2>/dev/null || true
done
missed() { in_ns srv grep '^Udp: [0-9]' /proc/net/snmp | cut -d ' ' -f 3; }

# scrape [HEADER]: /metrics into $page, its head into $head.
scrape() {
	local http line
	exec {http}<>/dev/tcp/127.0.0.1/9033
	printf 'GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n' "${path:-/metrics}" "${1:+$1$'\r\n'}" >&"$http"
	head=''
	while read -r -t 20 line <&"$http" && [ "$line" != $'\r' ]; do head+=$line$'\n'; done
	page=$(timeout 20 cat <&"$http")
	exec {http}>&-
}

# value NAME{LABELS}: of what was scraped last.
value() {
	local line
	while read -r line; do
		[[ $line != "$1 "* ]] || { echo "${line##* }" && return; }
	done <<<"$page"
	echo none
}

# until_is SERIES NUMBER: the sums by namespace follow within seconds.
until_is() {
	local i
	for ((i = 0; i < 60; i++)); do
		scrape
		[ "$(value "$1")" != "$2" ] || return 0
		pause 0.5
	done
	fail "$1 is $(value "$1"), not $2: $page"
}

# The reader: a pipe that nobody reads.
mkfifo "$SCENARIO_OUT/unread"
exec {stuck}<>"$SCENARIO_OUT/unread"
tracer=own events=$SCENARIO_OUT/unread unreach_err=$SCENARIO_OUT/unreach.stderr
launch_unreach --serve
grep -qx 'unreach: serving http://127.0.0.1:9033/metrics http://\[::1\]:9033/metrics' "$unreach_err" ||
	fail "where it serves is not told: $(cat "$unreach_err")"
path=/healthz scrape
[ "$page" = ok ] || fail "not healthy: $head$page"

before=$(missed)
for ((i = 0; i < 2; i++)); do
	send cli "$V4" 8125 -n 512 --wait .1
	scrape # in the middle of it
done
same=$(($(missed) - before))
# Each port for itself: none of these is like another, so each is a line, and the pipe is full.
send cli "$V4" 20000 -n 256 --sweep --wait .1
all=$(($(missed) - before))
[[ $same -gt 300 && $all -gt $((same + 80)) ]] || fail "only $same and $all datagrams found no socket"
answers="unreach_answers_total{netns=\"$srv\",family=\"ipv4\",proto=\"udp\",code=\"port-unreachable\",outcome=\"sent\"}"
until_is "$answers" "$all"
[ "$(value unreach_decisions_total)" = "$all" ] || fail "decisions are not $all: $page"
many=$(value "unreach_ports_total{netns=\"$srv\",proto=\"udp\",port=\"8125\"}")
rest=$(value 'unreach_ports_total{netns="other",proto="other",port="other"}')
[[ $((many + rest)) -eq $all && $many -gt $((same - 16)) ]] || fail "ports: $many and $rest are not $all"
[[ $page != *'port="20'* ]] || fail "a scan has made series: $page"

# Explained, or lost with a reason; what is like others is told of within seconds.
for ((i = 0; i < 60; i++)); do
	causes=$(value "unreach_causes_total{netns=\"$srv\",proto=\"udp\",cause=\"socket.none\"}")
	lost=$(($(value 'unreach_lost_total{reason="ring-full"}') + $(value 'unreach_lost_total{reason="queue-full"}')))
	[ "$((causes + lost))" != "$all" ] || break
	pause 0.5
	scrape
done
[ "$((causes + lost))" = "$all" ] || fail "$causes explained and $lost lost are not $all: $page"
[[ $page == *$'\nunreach_build_info{version="'*'"} 1'$'\n'* ]] || fail "no version: $page"

# OpenMetrics for who asks for it, and what is no metric.
scrape 'Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5'
[[ $head == *'Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8'* &&
	$page == *$'\n# EOF' && $(value "$answers") == "$all" ]] || fail "no OpenMetrics: $head$page"
path=/nope scrape
[[ $head == 'HTTP/1.1 404 '* ]] || fail "no 404: $head"

# Told to end, it does, though nobody reads; and says what was lost.
stop_unreach
[ "$unreach_status" = 0 ] || fail "ended with status $unreach_status"
grep -q '^unreach: standard output did not take [0-9]* lines of the log$' "$unreach_err" ||
	fail "nothing is told of lost lines: $(cat "$unreach_err")"
exec {stuck}>&-
