# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A socket on a link-local address belongs to that link, and one on the other link's
# address does not fit.
topo
S0=fe80::7:2 K0=fe80::19:1
ip -n "$srv" addr add $S0/64 dev s0 nodad
ip -n "$srv" addr add $K0/64 dev k0 nodad
ip -n "$cli" neigh add $S0 lladdr 02:00:00:00:07:02 dev c0
ip -n "$srv" neigh add fe80::7:1 lladdr 02:00:00:00:07:01 dev s0
ip -n "$cli" addr add fe80::7:1/64 dev c0 nodad
listen srv "$K0%k0" 5001
other=$pid
# The same address on both links, the socket on the wrong one.
ip -n "$srv" addr add $S0/64 dev k0 nodad
listen srv "$S0%k0" 5002
start_unreach
send cli "$S0%c0" 5001
saw_port_unreachable $S0
send cli "$S0%c0" 5002
saw_port_unreachable $S0
expect <<JSON
{"packet":{"dst":"$S0","dport":5001},"cause":"socket.address","confidence":"proven",
 "sockets":[{"mismatch":"address","local":"$K0","device":"k0","pid":$other}]}
{"packet":{"dst":"$S0","dport":5002},"cause":"socket.device","confidence":"proven",
 "sockets":[{"mismatch":"device","local":"$S0","device":"k0","pid":$pid}]}
JSON
