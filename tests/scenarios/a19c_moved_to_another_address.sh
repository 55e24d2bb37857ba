# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Closed, and bound again at once on an address that does not fit. Just now the one that is
# gone says more; the other is found beside it. Of a reuseport group one socket may go.
topo
start_unreach
start_program srv "$T/udp_end" rebind 0.0.0.0 5001 --to 127.0.0.1/5001 --after .2 --comm statsd
pause .5
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.closed","confidence":"proven","also":[{"slug":"note.near-miss"}],
 "sockets":[{"state":"open","mismatch":"address","local":"127.0.0.1","pid":$pid},
            {"state":"closed","mismatch":"none","local":"0.0.0.0","pid":$pid,"ended_by":"close"}]}
JSON
listen srv "$V4" 5002 --reuseport --comm stays
start_program srv "$T/udp_end" close "$V4" 5002 --reuseport --after .2 --comm goes
pause .5
send cli "$V4" 5002
saw_reply "$V4"
expect_none
send cli "$V4b" 5002
saw_port_unreachable "$V4b"
expect <<JSON
{"cause":"socket.address","confidence":"proven","also":[{"slug":"note.closed","text":"re:goes .*other address"}],
 "sockets":[{"state":"open","mismatch":"address","local":"$V4"},
            {"state":"closed","mismatch":"address","local":"$V4","comm":"goes"}]}
JSON
