# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A thousand sockets of one service on the port, all on another address. Not all of them
# can be shown, but all are counted.
topo
listen srv "$V4b" 5001 --reuseport --count 1000 --comm crowd
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4b" 5001
saw_reply "$V4b"
expect <<JSON
{"cause":"socket.address","confidence":"proven","why":"re:crowd \\\\(pid $pid\\\\).* 999 more sockets",
 "sockets_total":{"address":1000},
 "sockets":[{"mismatch":"address","local":"$V4b","port":5001,"reuseport":true,"pid":$pid}]}
JSON
