# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sent over UDP, served over UDP-Lite: to the kernel these are two ports.
need_udplite
topo
listen srv 0.0.0.0 5001 --proto 136
four=$pid
listen srv "$V6" 5001 --proto 136
six=$pid
start_unreach
send cli "$V4" 5001 --proto 136
saw_reply "$V4"
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"proto":"udp","dst":"$V4"},"cause":"socket.protocol","confidence":"re:^(proven|likely)$",
 "why":"re:^no UDP socket is on port 5001 .*udp_listen .pid ($four|$six). has it for UDP-Lite on ",
 "sockets":[{"proto":"udplite","state":"open","mismatch":"protocol","local":"0.0.0.0","port":5001,
             "pid":$four,"as_of":"after-event"},
            {"proto":"udplite","local":"$V6","pid":$six}]}
{"packet":{"proto":"udp","dst":"$V6"},"cause":"socket.protocol","confidence":"re:^(proven|likely)$",
 "sockets":[{"proto":"udplite","local":"$V6","pid":$six}]}
JSON
# It was there at an earlier look: now it surely was there before the packet.
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dst":"$V4"},"cause":"socket.protocol","confidence":"proven","why":"re:read before and just after$"}
JSON
