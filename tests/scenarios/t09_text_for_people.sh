# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The default output: the first line of an event is enough. Comments and process names
# come from outside and must not reach the terminal as control sequences.
topo
listen srv 127.0.0.1 5001 --comm "$(printf 'x\033[7;35my')"
in_ns srv nft add table inet filter
in_ns srv nft 'add chain inet filter input { type filter hook input priority 0; }'
in_ns srv nft "add rule inet filter input udp dport 5002 reject comment \"$(printf 'see \033[7;36m\007 runbook')\""
handle=$(in_ns srv nft -a list chain inet filter input | sed -n 's/.*dport 5002.* # handle //p')
start_unreach -n
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_port_unreachable "$V4"
send cli "$V4" 5003
saw_port_unreachable "$V4"
sleep 2
stop_unreach
out=$SCENARIO_OUT/events.json
says() { grep -q -e "$1" "$out" || fail "no line says '$1': $(cat "$out")"; }
says "127.0.0.1:5001.*$pid\|$pid.*127.0.0.1:5001"
says "filter.*input.*$handle"
says 'runbook'
says ':5003\|5003/udp\|port 5003'
! grep -q "$(printf '[\001-\010\013-\037]')" "$out" || fail "control characters: $(cat -v "$out")"

# The same on a terminal, where colours are allowed, but not those of the comment.
timeout 60 socat -u "EXEC:unreach -c 2 --ready-file $SCENARIO_OUT/tty-ready,pty,stderr" \
	"CREATE:$SCENARIO_OUT/tty" &
wait_file "$SCENARIO_OUT/tty-ready"
send cli "$V4" 5001
send cli "$V4" 5002
wait $!
grep -q runbook "$SCENARIO_OUT/tty" || fail "on a terminal: $(cat -v "$SCENARIO_OUT/tty")"
! grep -q "$(printf '\033\\[7;3[56]m\\|\007')" "$SCENARIO_OUT/tty" ||
	fail "on a terminal: foreign control sequences: $(cat -v "$SCENARIO_OUT/tty")"
