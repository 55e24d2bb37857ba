# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A socket that was passed on is the taker's, not that of the process that opened it; a
# thread can have one that no other thread of its process knows, and outlive the first.
topo
start_program srv "$T/udp_hold" 127.0.0.1 5001 --pass
taker=$(sed -n 's/.*"holders":\[\([0-9]*\)\].*/\1/p' "$log")
[ "$taker" != "$pid" ] || fail 'it was not passed on'
start_program srv "$T/udp_hold" 127.0.0.1 5002 --thread
thread=$pid
start_program srv "$T/udp_hold" 127.0.0.1 5003 --leader-ends
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_port_unreachable "$V4"
send cli "$V4" 5003
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.address",
 "sockets":[{"pid":$taker,"comm":"udp_taker","processes":"absent:"}]}
{"packet":{"dport":5002},"cause":"socket.address",
 "sockets":[{"pid":$thread,"comm":"udp_hold","processes":"absent:"}]}
{"packet":{"dport":5003},"cause":"socket.address",
 "sockets":[{"pid":$pid,"comm":"udp_hold","processes":"absent:"}]}
JSON
