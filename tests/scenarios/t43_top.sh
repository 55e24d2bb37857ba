# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The live table, on a terminal: a flood has its rate there, in spite of being counted in the
# kernel; keys are obeyed, and q gives the terminal back.
need_command socat
topo
out=$SCENARIO_OUT/terminal
mkfifo "$SCENARIO_OUT/keys"
exec 8<>"$SCENARIO_OUT/keys"
socat - "EXEC:env TERM=xterm unreach --top -n --ready-file $SCENARIO_OUT/ready,pty,ctty,setsid,stderr" \
	<&8 >"$out" &
socat_pid=$!
pids+=("$socat_pid")
wait_file "$SCENARIO_OUT/ready"

# What was written last of a row, without what only acts on a terminal.
row() { tail -c 8192 "$out" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | grep -a "^ *[0-9].* $1" | tail -n 1; }
until_row() {
	local i
	for ((i = 0; i < 100; i++)); do
		! row "$1" | grep -q "$2" || return 0
		pause 0.1
	done
	fail "no row says '$1' and '$2': $(row "$1")"
}
# A datagram that would follow an error is not sent: the program knows how many were.
n=$(in_ns cli "$T/udp_send" "$V4" 5001 -n 300 --gap 0.01 | jq .sent)
[ "$n" -gt 100 ] || fail "only $n were sent"
until_row socket.none "^ *[1-9][0-9.]* *$n .* no UDP socket is on port 5001"
printf 2 >&8
until_row udp/5001 " $n "
printf 5 >&8
until_row "$srv" " $n "
printf q >&8
wait "$socat_pid" || fail "it ends with status $?: $(tail -n 5 "$out")"
grep -aq $'\x1b\\[?25h\x1b\\[?1049lunreach: '"$n answers in " "$out" || fail "the terminal is not given back: $(tail -n 5 "$out")"
exec 8>&-
