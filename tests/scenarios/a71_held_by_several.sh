# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A socket that a process and its three children hold: all are counted, the first is named.
topo
start_program srv "$T/udp_hold" 127.0.0.1 5001 --fork 3
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.address","confidence":"proven","why":"re:udp_hold .pid $pid. and 3 more is bound to ",
 "sockets":[{"pid":$pid,"comm":"udp_hold","processes":4}]}
JSON
