# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --tcp-reset: TCP answers a connection attempt with a reset because no listener takes it. Which
# one comes near, and in what it fails. What is delivered, and ends in peace, is no event.
topo
tcp_serve srv 127.0.0.1 5005 --comm statsd
statsd=$pid
tcp_serve srv 10.219.7.3 5006
other=$pid
tcp_serve srv :: 5009 --v6only 1
v6only=$pid
tcp_serve srv 0.0.0.0 5010
v4only=$pid
tcp_serve srv 0.0.0.0 5012 --dev k0
device=$pid
listen srv 0.0.0.0 53 --comm dnsd
dnsd=$pid
tcp_serve ct 0.0.0.0 5017
elsewhere=$pid
tcp_serve srv :: 5000
start_unreach --json --tcp-reset

tcp cli "$V4" 5000 --send 0
saw '{"result":"connected","end":"eof"}'
tcp cli "$V6" 5000 --send 0
saw '{"result":"connected","end":"eof"}'
for dst in "$V4:5001" "$V6:5001" "$V4:5005" "$V4:5006" "$V4:5009" "$V6:5010" "$V4:5012" "$V4:53" \
	"$V4:5017"; do
	[ "$dst" != "$V4:5017" ] || pause .5 # between two looks at other namespaces
	tcp cli "${dst%:*}" "${dst##*:}"
	saw '{"result":"ECONNREFUSED"}'
done
expect <<JSON
{"answer":"rst","outcome":"sent","icmp":"absent:","netns":{"name":"$srv"},
 "packet":{"proto":"tcp","src":"$C4","dst":"$V4","dport":5001,"flags":["syn"],"iif":"s0","path":"input"},
 "cause":"socket.none","confidence":"proven","sockets":[],"reset":{"unasked":false,"state":"absent:"},
 "why":"re:no TCP socket listens on port 5001 in netns $srv, nor did one in the last "}
{"answer":"rst","outcome":"sent","packet":{"src":"$C6","dst":"$V6","dport":5001,"flags":["syn"]},
 "cause":"socket.none","confidence":"proven"}
{"packet":{"dport":5005},"cause":"socket.address","confidence":"proven",
 "sockets":[{"proto":"tcp","state":"listen","mismatch":"address","local":"127.0.0.1","port":5005,"pid":$statsd,"comm":"statsd"}],
 "why":"re:no TCP socket accepts $V4:5005; statsd \\\\(pid $statsd\\\\) is bound to 127.0.0.1:5005 only"}
{"packet":{"dport":5006},"cause":"socket.address","confidence":"proven","sockets":[{"mismatch":"address","pid":$other}]}
{"packet":{"dport":5009},"cause":"socket.family","confidence":"proven","sockets":[{"mismatch":"family","v6only":true,"pid":$v6only}]}
{"packet":{"dport":5010},"cause":"socket.family","confidence":"proven","sockets":[{"mismatch":"family","pid":$v4only}]}
{"packet":{"dport":5012},"cause":"socket.device","confidence":"proven","sockets":[{"mismatch":"device","device":"k0","pid":$device}]}
{"packet":{"dport":53},"cause":"socket.protocol","sockets":[{"proto":"udp","mismatch":"protocol","pid":$dnsd}]}
{"packet":{"dport":5017},"cause":"socket.netns","confidence":"likely","elsewhere":{"netns":{"name":"$ct"},"pid":$elsewhere}}
JSON

# Closed: by kill, by close, and while its connections live on.
for how in KILL TERM; do
	tcp_serve srv 0.0.0.0 5019 --comm httpd
	kill "-$how" "$pid"
	wait "$pid" || true
	tcp cli "$V4" 5019
	saw '{"result":"ECONNREFUSED"}'
	expect <<-JSON
		{"packet":{"dport":5019},"cause":"socket.closed","confidence":"proven",
		 "why":"re:httpd \\\\(pid $pid\\\\) had 0.0.0.0:5019 until .*SIG$how killed it",
		 "sockets":[{"proto":"tcp","state":"closed","mismatch":"none","port":5019,"pid":$pid,
		             "comm":"httpd","ended_by":"signal","signal":"SIG$how","as_of":"event"}]}
	JSON
done

# A rule's reset is the rule's, and is told once.
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0;
	tcp dport { 5000, 5001 } reject with tcp reset; }; }
NFT
wait_attached
tcp cli "$V4" 5000
saw '{"result":"ECONNREFUSED"}'
tcp cli "$V6" 5001
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"answer":"rst","outcome":"sent","packet":{"dport":5000},"cause":"rule.nft","reset":"absent:"}
{"answer":"rst","outcome":"sent","packet":{"dport":5001},"cause":"rule.nft","reset":"absent:"}
JSON
