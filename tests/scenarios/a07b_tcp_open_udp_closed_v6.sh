# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As A07, over IPv6, with a TCP listener on the wildcard address.
topo
tcp_serve srv :: 443
start_unreach
send cli "$V6" 443
saw_port_unreachable "$V6"
tcp cli "$V6" 443
saw '{"result":"connected"}'
expect <<JSON
{"outcome":"sent","icmp":{"version":6},"packet":{"proto":"udp","dport":443},
 "netns":{"name":"$srv"},"cause":"socket.protocol","confidence":"re:^(proven|likely)$",
 "sockets":[{"proto":"tcp","mismatch":"protocol","port":443,"pid":$pid}]}
JSON
