# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --received: unreachables that come. Each is told with the process that was told of it, or with
# why none was, and whether this very kernel generated it. One that is forwarded is for another
# host and is not ours; one that a program forged is never taken for the kernel's.
topo
listen srv 0.0.0.0 53
start_unreach --json --received -w "$SCENARIO_OUT/came.pcapng" --print

# Generated in ct, forwarded by srv, received in cli.
for ip in "$K4" "$K6"; do
	send cli "$ip" 5001
	saw_port_unreachable "$ip"
	expect <<-JSON
		{"answer":"icmp","cause":"socket.none","netns":{"name":"$ct"},"packet":{"dst":"$ip","sport":$sport}}
		{"answer":"received","netns":{"name":"$cli"},"packet":{"proto":"udp","dst":"$ip","dport":5001,"sport":$sport},
		 "icmp":{"from":"$ip"},"delivery":"told","recipients":[{"proto":"udp","uid":0,"comm":"udp_send"}],"generated_here":true,
		 "generated_in":{"name":"$ct"},"cause":"absent:","also":[{"slug":"note.generated-here"}]}
	JSON
done

# Over loopback.
send srv 127.0.0.1 8125 --connect
expect <<JSON
{"answer":"icmp","cause":"socket.none","netns":{"name":"$srv"}}
{"answer":"received","netns":{"name":"$srv"},"delivery":"told","generated_here":true,"icmp":{"from":"127.0.0.1","tos":192,"df":false}}
JSON

# A rule at OUTPUT: the error comes back before the rule's own function has ended.
nft_in cli <<<'table inet o { chain out { type filter hook output priority 0; udp dport 5002 reject; }; }'
wait_attached
send cli "$V4" 5002
expect <<JSON
{"answer":"icmp","cause":"rule.nft","netns":{"name":"$cli"}}
{"answer":"received","netns":{"name":"$cli"},"delivery":"told","generated_here":true,"icmp":{"from":"$C4"}}
JSON

# TCP: a connection that is being made is told, one that never was is not there.
nft_in srv <<<'table inet f { chain input { type filter hook input priority 0; tcp dport 8080 reject; }; }'
wait_attached
tcp cli "$V4" 8080
expect <<JSON
{"answer":"icmp","cause":"rule.nft","netns":{"name":"$srv"},"packet":{"proto":"tcp"}}
{"answer":"received","netns":{"name":"$cli"},"packet":{"proto":"tcp","dport":8080,"sport":$sport},"delivery":"told","generated_here":true}
JSON

# Forged in srv by a raw socket, about a datagram that a socket of cli's could have sent, and
# about none; then by srv to itself, with an address of its own.
listen cli 0.0.0.0 42002
in_ns srv "$T/raw_send" fakeunreach "$V4" "$C4" 42002 5003 >/dev/null
expect <<JSON
{"answer":"received","netns":{"name":"$cli"},"icmp":{"from":"$V4","tos":0},"delivery":"not-told",
 "recipients":[{"pid":$pid}],"generated_here":false,"packet":{"sport":42002,"dport":5003}}
JSON
in_ns srv "$T/raw_send" fakeunreach "$V4" "$C4" 42003 5003 >/dev/null
expect <<JSON
{"answer":"received","netns":{"name":"$cli"},"delivery":"no-socket","recipients":"absent:","generated_here":false}
JSON
in_ns srv "$T/raw_send" fakeunreach "$V4b" "$V4" 53 5003 >/dev/null
expect <<JSON
{"answer":"received","netns":{"name":"$srv"},"icmp":{"from":"$V4b","to":"$V4"},"delivery":"not-told","generated_here":false,
 "from_own_address":true,"also":[{"slug":"note.not-generated-here"}]}
JSON
stop_unreach
unreach -r "$SCENARIO_OUT/came.pcapng" --json 2>/dev/null | cmp - "$events" ||
	fail 'the file tells another story than there was'
