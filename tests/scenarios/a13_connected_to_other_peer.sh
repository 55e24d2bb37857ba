# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A server that has connected its socket takes datagrams of that peer only.
topo
listen srv 0.0.0.0 5001 --peer 10.219.7.9/9
four=$pid
listen srv :: 5002 --peer fd21:9707::9/9
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
from4=$sport
send cli "$V6" 5002
saw_port_unreachable "$V6"
expect <<JSON
{"cause":"socket.peer","confidence":"proven","why":"re:from $C4:$from4; .* connected to 10\\\\.219\\\\.7\\\\.9:9",
 "sockets":[{"mismatch":"peer","port":5001,"peer":"10.219.7.9","peer_port":9,"pid":$four,
             "comm":"udp_listen"}]}
{"cause":"socket.peer","confidence":"proven",
 "sockets":[{"mismatch":"peer","port":5002,"peer":"fd21:9707::9","peer_port":9,"pid":$pid}]}
JSON
