# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Metrics are scraped and lines are read while events come, by several readers at once; and the
# end is in the middle of that, with a reader of the log that takes its time.
# shellcheck source=tests/threads/lib.sh
. /t/threads/lib.sh
flood_topo
nft_reject_all
# A reader that is now and then asleep, so that the log has to wait.
mkfifo "$SCENARIO_OUT/log.pipe"
slowly() {
	while read -r line; do
		n=$((n + 1))
		[ $((n % 50)) != 0 ] || pause 0.2
	done
	echo "$n" >"$SCENARIO_OUT/lines"
}
n=0
slowly <"$SCENARIO_OUT/log.pipe" &
reader=$!
pids+=("$reader")
tracer=own events=$SCENARIO_OUT/log.pipe unreach_err=$SCENARIO_OUT/unreach.stderr
launch_unreach --serve --all --received
flood_on "$V4" 7000 --ports 4 --gap .02 --sources $from/7

# scrape PATH: its answer into $page, or nothing when the service has ended.
scrape() {
	local http
	exec {http}<>/dev/tcp/127.0.0.1/9033 || return 1
	printf 'GET %s HTTP/1.1\r\nHost: x\r\nAccept: %s\r\n\r\n' "$1" "$2" >&"$http"
	page=$(timeout 20 cat <&"$http")
	exec {http}>&-
}
scrape_on() {
	local done=0
	until [ -e "$SCENARIO_OUT/enough" ]; do
		scrape /metrics 'application/openmetrics-text;version=1.0.0' 2>/dev/null || break
		scrape /healthz '*/*' 2>/dev/null || break
		done=$((done + 1))
	done
	echo "$done" >>"$SCENARIO_OUT/scraped"
}
for ((i = 0; i < 3; i++)); do
	scrape_on &
	pids+=("$!")
done
for ((i = 0; i < 5; i++)); do
	pause 2
	scrape /metrics '*/*'
	[[ $page == *$'\nunreach_decisions_total '[1-9]* ]] || fail "no metrics: $page"
	totals_now
done
sample
stop_unreach TERM # while all of that goes on
: >"$SCENARIO_OUT/enough"
flood_off
no_race "$unreach_status"
wait "$reader"
scraped=$(awk '{ n += $1 } END { print n + 0 }' "$SCENARIO_OUT/scraped")
[ "$scraped" -gt 5 ] || fail "scraped only $scraped times: is this a test?"
[ "$(<"$SCENARIO_OUT/lines")" -gt 100 ] || fail 'hardly a line: is this a test?'
echo "scraped $scraped times, $(<"$SCENARIO_OUT/lines") lines read, no race; $(memory)" >>"$SCENARIO_OUT/figures"
