# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A program that shall choose among the sockets of a reuseport group drops the datagram.
# One that chooses nothing does no harm.
topo
listen srv 0.0.0.0 5001 --reuseport-bpf drop
four=$pid
listen srv :: 5002 --reuseport-bpf drop
listen srv 0.0.0.0 5003 --reuseport-bpf pass
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5002
saw_port_unreachable "$V6"
send cli "$V4" 5003
saw_reply "$V4"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.bpf","confidence":"likely","why":"re:reuseport",
 "sockets":[{"mismatch":"none","local":"0.0.0.0","reuseport":true,"pid":$four}]}
{"packet":{"dport":5002},"cause":"socket.bpf","confidence":"likely",
 "sockets":[{"mismatch":"none","local":"::","pid":$(pgrep -f 'udp_listen :: 5002')}]}
JSON
