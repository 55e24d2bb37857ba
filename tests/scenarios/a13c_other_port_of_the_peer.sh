# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As TFTP does: the server answers from a port of its own for each transfer, but the
# client has connected its socket to the well-known one.
topo
listen srv "$V4" 69 --reply-from "$V4/5069"
listen srv "$V6" 69 --reply-from "$V6/5069"
start_unreach
send cli "$V4" 69 --connect --wait 1
saw_silence
to4=$sport
send cli "$V6" 69 --connect --wait 1
saw_silence
expect <<JSON
{"netns":{"name":"$cli"},"packet":{"src":"$V4","sport":5069,"dst":"$C4","dport":$to4},
 "cause":"socket.peer","confidence":"proven","why":"re:from $V4:5069; .* connected to $V4:69",
 "sockets":[{"mismatch":"peer","local":"$C4","peer":"$V4","peer_port":69}]}
{"netns":{"name":"$cli"},"packet":{"src":"$V6","sport":5069,"dport":$sport},
 "cause":"socket.peer","confidence":"proven",
 "sockets":[{"mismatch":"peer","local":"$C6","peer":"$V6","peer_port":69}]}
JSON
