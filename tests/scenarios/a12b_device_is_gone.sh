# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A tunnel came back under its old name: the service is bound to the one that is gone.
topo
ip -n "$srv" link add tun9 type dummy
listen srv 0.0.0.0 5001 --dev tun9
old=$(ip -n "$srv" -o link show tun9)
ip -n "$srv" link del tun9
ip -n "$srv" link add tun9 type dummy
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.device","confidence":"proven","why":"re:device number ${old%%:*}, which is gone",
 "sockets":[{"mismatch":"device","ifindex":${old%%:*},"device":"absent:","gone":"device","pid":$pid}]}
JSON
