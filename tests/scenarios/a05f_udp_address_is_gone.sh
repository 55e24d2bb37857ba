# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The service is bound to an address that the host had when it started.
topo
ip -n "$srv" addr add 10.219.7.4/24 dev s0
ip -n "$srv" addr add fd21:9707::4/64 dev s0 nodad
listen srv 10.219.7.4 5001
four=$pid
listen srv fd21:9707::4 5001
ip -n "$srv" addr del 10.219.7.4/24 dev s0
ip -n "$srv" addr del fd21:9707::4/64 dev s0
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"icmp":{"version":4},"cause":"socket.address","confidence":"proven","why":"re:no local address now",
 "advice":"re:0\\\\.0\\\\.0\\\\.0$",
 "sockets":[{"mismatch":"address","local":"10.219.7.4","gone":"local","pid":$four},
            {"mismatch":"family","local":"fd21:9707::4","pid":$pid}]}
{"icmp":{"version":6},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"family","local":"10.219.7.4","pid":$four},
            {"mismatch":"address","local":"fd21:9707::4","gone":"local","pid":$pid}]}
JSON
