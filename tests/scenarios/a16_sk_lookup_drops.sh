# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A BPF sk_lookup program turns a datagram away although a socket fits. It lets other
# ports pass: what is refused there has its ordinary cause.
topo
listen srv 0.0.0.0 5001
fits=$pid
listen srv :: 5002
listen srv :: 5001 --v6only 1
fits6=$pid
listen srv 127.0.0.1 5003
elsewhere=$pid
start_program srv "$T/bpf_lookup" 5001
program=$pid
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"icmp":{"version":4},"cause":"socket.bpf","confidence":"likely","why":"re:sk_lookup",
 "sockets":[{"mismatch":"none","local":"0.0.0.0","port":5001,"pid":$fits},{"mismatch":"family","pid":$fits6}]}
{"icmp":{"version":6},"cause":"socket.bpf","confidence":"likely",
 "sockets":[{"mismatch":"none","local":"::","port":5001,"pid":$fits6},{"mismatch":"family","pid":$fits}]}
JSON
send cli "$V6" 5002
saw_reply "$V6"
send cli "$V4" 5003
saw_port_unreachable "$V4"
send cli "$V4" 5004
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5003},"cause":"socket.address","confidence":"re:^(proven|likely)$",
 "sockets":[{"mismatch":"address","pid":$elsewhere}],"also":[{"slug":"note.sk-lookup"}]}
{"packet":{"dport":5004},"cause":"socket.none","confidence":"re:^(proven|likely)$",
 "also":[{"slug":"note.sk-lookup"}]}
JSON
kill -9 "$program"
pause .3
send cli "$V4" 5001
saw_reply "$V4"
send cli "$V4" 5004
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5004},"cause":"socket.none","confidence":"proven","also":"absent:"}
JSON
