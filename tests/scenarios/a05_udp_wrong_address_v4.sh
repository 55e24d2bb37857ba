# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The service runs, on 127.0.0.1 only.
topo
listen srv 127.0.0.1 5001
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","packet":{"proto":"udp","dst":"$V4","dport":5001},
 "netns":{"name":"$srv"},"cause":"socket.address","confidence":"proven",
 "why":"re:127\\\\.0\\\\.0\\\\.1",
 "sockets":[{"proto":"udp","state":"open","mismatch":"address","local":"127.0.0.1",
             "port":5001,"pid":$pid,"comm":"udp_listen"}]}
JSON
