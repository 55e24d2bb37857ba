# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sent over UDP-Lite, served over UDP.
need_udplite
topo
listen srv 0.0.0.0 5001
four=$pid
listen srv "$V6" 5002
start_unreach
send cli "$V4" 5001 --proto 136
saw_port_unreachable "$V4"
send cli "$V6" 5002 --proto 136
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"proto":"udplite","dst":"$V4"},"cause":"socket.protocol","confidence":"re:^(proven|likely)$",
 "why":"re:^no UDP-Lite socket is on port 5001 .*udp_listen .pid $four. has it for UDP on 0.0.0.0:5001",
 "sockets":[{"proto":"udp","state":"open","mismatch":"protocol","local":"0.0.0.0","pid":$four}]}
{"packet":{"proto":"udplite","dst":"$V6"},"cause":"socket.protocol","confidence":"re:^(proven|likely)$",
 "sockets":[{"proto":"udp","local":"$V6","pid":$pid}]}
JSON
# It was there at an earlier look: now it surely was there before the packet.
send cli "$V4" 5001 --proto 136
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dst":"$V4"},"cause":"socket.protocol","confidence":"proven","why":"re:read before and just after$"}
JSON
