# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sockets that are bound to a multicast group or to the broadcast address take no
# datagram that is sent to the host itself.
topo
listen srv 224.0.0.251 5353 --comm mdns
mdns=$pid
listen srv 10.219.7.255 5001 --comm beacon
start_unreach
send cli "$V4" 5353
saw_port_unreachable "$V4"
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli 10.219.7.255 5001 --bcast
saw '{"errors":[]}'
expect <<JSON
{"cause":"socket.address","confidence":"proven","why":"re:mdns .*224\\\\.0\\\\.0\\\\.251:5353.*multicast",
 "sockets":[{"mismatch":"address","local":"224.0.0.251","port":5353,"pid":$mdns}]}
{"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"10.219.7.255","port":5001,"pid":$pid}]}
JSON
