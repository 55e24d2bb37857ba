# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two services on two other addresses: both are named.
topo
listen srv 127.0.0.1 5001
first=$pid
listen srv "$V4b" 5001
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"socket.address","confidence":"proven","netns":{"name":"$srv"},
 "sockets":[{"mismatch":"address","local":"127.0.0.1","port":5001,"pid":$first},
            {"mismatch":"address","local":"$V4b","port":5001,"gone":"absent:","pid":$pid}]}
JSON
