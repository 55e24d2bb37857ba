# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Segments that belong to no connection, to ports that are open and closed, and some whose resets a
# rule drops: each reset is counted, as the kernel does.
# shellcheck source=tests/flood/lib.sh
. /t/flood/lib.sh
n=${FLOOD:-1000000}
flood_topo
tcp_serve srv 0.0.0.0 8080
nft_in srv <<<'table inet filter { chain output { type filter hook output priority 0; tcp sport 8126 drop; }; }'
start_unreach --json --tcp-reset
count_from_here
segments "$C4" "$V4" 8125 S $((n * 4 / 10))
segments "$C6" "$V6" 8125 S $((n * 2 / 10))
segments "$C4" "$V4" 8125 A $((n / 10))
segments "$C4" "$V4" 8080 A $((n * 2 / 10))
segments "$C4" "$V4" 8126 S $((n / 10))
pause 2
sample
counted
stop_unreach INT
[ "$resets" = "$n" ] || fail "the kernel made $resets resets of $n: is this a test?"
check_sums "$resets"
check_resets
within $((n / 10)) "$(told '.suppressed_by == "output-rule"')" 'dropped by a rule'
within $((n * 2 / 10)) "$(told '.packet.dport == 8080 and .cause == "socket.flow"')" 'of no connection'
