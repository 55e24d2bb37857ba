# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The server has two addresses and answers from the wrong one. The client has connected
# its socket, and its kernel refuses the answer.
topo
ip -n "$srv" addr add fd21:9707::3/64 dev s0 nodad
listen srv "$V4" 5001 --reply-from "$V4b/5001"
listen srv "$V6" 5001 --reply-from fd21:9707::3/5001
start_unreach
send cli "$V4" 5001 --connect --wait 1
saw_silence
to4=$sport
send cli "$V6" 5001 --connect --wait 1
saw_silence
to6=$sport
# An IPv6 socket of the client that speaks IPv4.
send cli "::ffff:$V4" 5001 --connect --wait 1
saw '{"errors":[],"replies":[]}'
expect <<JSON
{"netns":{"name":"$cli"},"icmp":{"to":"$V4b"},
 "packet":{"src":"$V4b","sport":5001,"dst":"$C4","dport":$to4},
 "cause":"socket.peer","confidence":"proven","why":"re:from $V4b:5001; .* connected to $V4:5001",
 "advice":"re:answer from $V4",
 "sockets":[{"mismatch":"peer","local":"$C4","peer":"$V4","peer_port":5001}]}
{"netns":{"name":"$cli"},"packet":{"src":"fd21:9707::3","dport":$to6},
 "cause":"socket.peer","confidence":"proven","advice":"re:answer from $V6",
 "sockets":[{"mismatch":"peer","local":"$C6","peer":"$V6","peer_port":5001}]}
{"netns":{"name":"$cli"},"packet":{"src":"$V4b","dport":$sport},
 "cause":"socket.peer","confidence":"proven","advice":"re:answer from $V4",
 "sockets":[{"mismatch":"peer","local":"::ffff:$C4","peer":"::ffff:$V4","peer_port":5001}]}
JSON
