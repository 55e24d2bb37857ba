# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An IPv6 socket that is bound to an IPv4 address takes IPv4 for that address, and
# nothing else.
topo
listen srv "::ffff:$V4b" 5001
start_unreach
send cli "$V4b" 5001
saw_reply "$V4b"
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"icmp":{"version":4},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"::ffff:$V4b","pid":$pid}]}
{"icmp":{"version":6},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"::ffff:$V4b","pid":$pid}]}
JSON
