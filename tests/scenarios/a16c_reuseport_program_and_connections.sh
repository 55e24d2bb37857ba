# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The program drops also where its group has connected sockets: theirs is what comes from
# their peers, all else is refused. Classic BPF can't drop.
topo
listen srv 0.0.0.0 5001 --reuseport-bpf drop
first=$pid
listen srv 0.0.0.0 5001 --reuseport --peer "$C4/45111"
listen srv 0.0.0.0 5002 --reuseport-bpf classic
listen srv "$V4b" 5003 --reuseport-bpf classic
start_unreach
send cli "$V4" 5001 --sport 45111
saw_reply "$V4"
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_reply "$V4"
send cli "$V4" 5003
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.bpf","confidence":"likely","why":"re:reuseport",
 "sockets":[{"mismatch":"none","local":"0.0.0.0","pid":$first},
            {"mismatch":"peer","local":"$V4","peer":"$C4","peer_port":45111}]}
{"packet":{"dport":5003},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","bpf":"absent:","pid":$pid}]}
JSON
