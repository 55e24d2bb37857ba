# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --tcp-reset: connections that a program here resets, by the way in which it ends them; and a
# listener that can take no more. One that ends in peace is no event.
topo
need_command ss
in_ns srv sysctl -q -w net.ipv4.tcp_abort_on_overflow=1
start_unreach --json --tcp-reset

# ended HOW ADDR PORT SENDS: a service that ends a connection, which says something SENDS times.
ended() {
	local to=$V4
	[[ $2 != *:* ]] || to=$V6
	start_program srv "$T/tcp_end" "$1" "$2" "$3" --comm httpd
	tcp cli "$to" "$3" --send "$4" --wait 1
}
closed=tcp.closed-with-data
ended unread 0.0.0.0 5001 1
saw '{"result":"connected","end":"ECONNRESET"}'
expect <<JSON
{"answer":"rst","outcome":"sent","netns":{"name":"$srv"},"cause":"$closed","confidence":"proven",
 "packet":{"proto":"tcp","src":"$C4","sport":$sport,"dst":"$V4","dport":5001,"length":0,"flags":"absent:"},
 "reset":{"unasked":true,"pid":$pid,"comm":"httpd"},
 "why":"re:httpd \\\\(pid $pid\\\\) closed $V4:5001 in netns $srv to $C4:$sport with received data unread"}
JSON
ended unread :: 5002 1
expect <<JSON
{"cause":"$closed","outcome":"sent","packet":{"src":"$C6","sport":$sport,"dst":"$V6","dport":5002},"reset":{"pid":$pid}}
JSON
ended linger 0.0.0.0 5003 0
saw '{"result":"connected","end":"ECONNRESET"}'
expect <<JSON
{"cause":"tcp.linger","confidence":"proven","packet":{"dport":5003},"reset":{"unasked":true,"pid":$pid},"why":"re:SO_LINGER"}
JSON
ended forget 0.0.0.0 5004 0
expect <<JSON
{"cause":"tcp.disconnected","confidence":"proven","packet":{"dport":5004},"reset":{"unasked":true,"pid":$pid}}
JSON
ended stop 0.0.0.0 5005 0
expect <<JSON
{"cause":"tcp.not-accepted","confidence":"proven","packet":{"dport":5005},"reset":{"unasked":true,"pid":$pid}}
JSON
ended early 0.0.0.0 5006 1
expect <<JSON
{"cause":"tcp.data-after-close","confidence":"proven","packet":{"sport":$sport,"dport":5006,"flags":["psh","ack"]},
 "reset":{"unasked":false,"state":"TIME-WAIT"}}
JSON
start_program srv "$T/tcp_end" hold 0.0.0.0 5007 --comm httpd
in_ns cli "$T/tcp_connect" "$V4" 5007 --send 0 --wait 20 >/dev/null &
for _ in {1..100}; do
	[ -z "$(in_ns srv ss -Htn state established 'sport = :5007')" ] || break
	pause .1
done
# -K asks each family's own module, and says nothing when one is only just being loaded.
need_module tcp_diag
need_module udp_diag
in_ns srv ss -K -t state established 'sport = :5007' >/dev/null
expect <<JSON
{"cause":"tcp.destroyed","confidence":"proven","packet":{"dport":5007},"reset":{"unasked":true,"comm":"ss"},
 "why":"re:^ss .*destroyed the connection.*httpd \\\\(pid $pid\\\\)"}
JSON

# The second handshake is held up until a third has taken the last place.
start_program srv "$T/tcp_end" full 0.0.0.0 5008 --comm httpd
nft_in cli <<'NFT'
table inet late { chain out { type filter hook output priority 0;
	tcp sport 45008 tcp flags & (syn | ack) == ack drop; }; }
NFT
for option in '' '--sport 45008' ''; do
	# shellcheck disable=SC2086 # two words or none
	in_ns cli "$T/tcp_connect" "$V4" 5008 --send 0 --wait 5 $option >/dev/null &
	pause .2
done
in_ns cli nft delete table inet late
pause 2
expect <<JSON
{"cause":"tcp.overflow","confidence":"proven","packet":{"sport":45008,"dport":5008,"flags":["ack"]},
 "reset":{"unasked":false,"state":"LISTEN","backlog":2,"backlog_max":1},"sockets":[{"state":"listen","pid":$pid}],
 "why":"re:httpd \\\\(pid $pid\\\\) on 0.0.0.0:5008.*2 connections wait"}
JSON

# Nobody reads to the end and closes first.
tcp_serve srv 0.0.0.0 5009
tcp cli "$V4" 5009 --send 0
saw '{"result":"connected","end":"eof"}'
expect_none
