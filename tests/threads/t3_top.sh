# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The live table is drawn, and its keys are obeyed, while events come; it ends by its key, and, the
# second time, by two signals, of which the other finds the end under way.
# shellcheck source=tests/threads/lib.sh
. /t/threads/lib.sh
need_command socat
flood_topo
nft_reject_all
mkfifo "$SCENARIO_OUT/keys"
exec 8<>"$SCENARIO_OUT/keys"
unreach_err=$SCENARIO_OUT/terminal
flood_on "$V4" 7000 --ports 4 --gap .002 --sources $from/7
until_there() {
	local i
	for ((i = 0; i < 60; i++)); do
		! grep -aqE "$1" "$SCENARIO_OUT/terminal" || return 0
		pause 0.5
	done
	fail "the table has no $1: is this a test?"
}
keys='12345\tssss  rrjkGg??'
for end in key signals; do
	rm -f "$SCENARIO_OUT/ready"
	socat - "EXEC:env TERM=xterm unreach --top --received --ready-file $SCENARIO_OUT/ready,pty,ctty,setsid,stderr" \
		<&8 >"$SCENARIO_OUT/terminal" &
	socat_pid=$!
	pids+=("$socat_pid")
	wait_file "$SCENARIO_OUT/ready"
	for ((i = 0; i < ${#keys}; i++)); do
		printf '%b' "${keys:i:1}" >&8
		pause 0.3
	done
	printf 2 >&8
	until_there 'udp/700[0-3]'
	status=0
	if [ "$end" = key ]; then
		printf q >&8
	else
		pid=$(pgrep -x unreach)
		kill -INT "$pid"
		kill -INT "$pid" 2>/dev/null || true
	fi
	wait "$socat_pid" || status=$?
	[ "$end" = key ] || [ "$status" != 1 ] || status=0 # ended at once, and said so
	no_race "$status"
	grep -aq $'\x1b\\[?1049l' "$SCENARIO_OUT/terminal" || fail 'the terminal is not given back'
done
flood_off
exec 8>&-
echo "drawn $(grep -ao 'q quit' "$SCENARIO_OUT/terminal" | wc -l) times, no race" >>"$SCENARIO_OUT/figures"
