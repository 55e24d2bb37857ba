# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --tcp-reset: segments that belong to no connection. A SYN-ACK for what only a raw socket asked
# for, as scanners do; lone acknowledgements, to a listener and to nobody. A reset is not answered.
topo
tcp_serve srv 0.0.0.0 8080 --comm httpd
server=$pid
start_unreach --json --tcp-reset
for flags in S A FA R; do
	in_ns cli "$T/raw_send" rawsyn "$C4" "$V4" 55555 8080 $flags
	pause .2
done
in_ns cli "$T/raw_send" rawsyn "$C6" "$V6" 55555 8081 A
expect <<JSON
{"answer":"rst","outcome":"sent","netns":{"name":"$cli"},"cause":"socket.flow","confidence":"proven",
 "packet":{"proto":"tcp","src":"$V4","sport":8080,"dst":"$C4","dport":55555,"flags":["syn","ack"],"iif":"c0"},
 "why":"re:a SYN-ACK for a connection that no socket has asked for","reset":{"state":"absent:"}}
{"answer":"rst","outcome":"sent","netns":{"name":"$srv"},"cause":"socket.flow","confidence":"proven",
 "packet":{"sport":55555,"dst":"$V4","dport":8080,"flags":["ack"],"iif":"s0"},"reset":{"unasked":false,"state":"LISTEN"},
 "why":"re:httpd \\\\(pid $server\\\\) listens on 0.0.0.0:8080.*the segment \\\\(ACK\\\\)",
 "sockets":[{"proto":"tcp","state":"listen","local":"0.0.0.0","port":8080,"pid":$server,"comm":"httpd"}]}
{"netns":{"name":"$srv"},"cause":"socket.flow","packet":{"dport":8080,"flags":["fin","ack"]},"sockets":[{"pid":$server}]}
{"answer":"rst","outcome":"sent","netns":{"name":"$srv"},"cause":"socket.flow","confidence":"proven",
 "packet":{"src":"$C6","dport":8081,"flags":["ack"]},"reset":{"state":"absent:"},"sockets":[]}
JSON
