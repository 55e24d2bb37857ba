# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A server with 300 connected sockets, and none for new clients. Looking at them ends at a
# limit, and that is said.
topo
listen srv "$V4" 5001 --reuseport --count 300 --peer 10.219.7.9/7000 --comm quicd
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.peer","confidence":"likely","why":"re:quicd \\\\(pid $pid\\\\).* more sockets than could be looked at",
 "sockets_partial":true,"sockets":[{"mismatch":"peer","local":"$V4","peer":"10.219.7.9","pid":$pid}]}
JSON
