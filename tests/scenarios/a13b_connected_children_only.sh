# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A DTLS or QUIC server: one connected socket for each client, and the one that took the
# first datagram of new clients is closed.
topo
listen srv "$V4" 5001 --reuseport --count 3 --peer 10.219.7.9/7000 --comm quicd
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.peer","confidence":"proven","why":"re:quicd \\\\(pid $pid\\\\)",
 "sockets":[{"mismatch":"peer","local":"$V4","peer":"10.219.7.9","peer_port":7000,"pid":$pid},
            {"mismatch":"peer","local":"$V4","peer":"10.219.7.9","peer_port":7001,"pid":$pid},
            {"mismatch":"peer","local":"$V4","peer":"10.219.7.9","peer_port":7002,"pid":$pid}]}
JSON
# On the other address they fail one condition earlier: connect() chose theirs.
send cli "$V4b" 5001
saw_port_unreachable "$V4b"
expect <<JSON
{"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"$V4","peer_port":7000,"pid":$pid}]}
JSON
