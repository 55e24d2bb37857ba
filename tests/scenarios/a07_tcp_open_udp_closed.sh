# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A QUIC probe: TCP 443 is open, UDP 443 is not. The TCP listener is read after the
# event, so the first verdict is likely; the next is proven, by a look before it.
topo
tcp_serve srv 0.0.0.0 443
start_unreach
send cli "$V4" 443
saw_port_unreachable "$V4"
tcp cli "$V4" 443
saw '{"result":"connected"}'
expect <<JSON
{"outcome":"sent","packet":{"proto":"udp","dport":443},"netns":{"name":"$srv"},
 "cause":"socket.protocol","confidence":"likely",
 "sockets":[{"proto":"tcp","mismatch":"protocol","port":443,"pid":$pid,"comm":"tcp_listen"}]}
JSON
send cli "$V4" 443
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.protocol","confidence":"proven","why":"re:TCP 0.0.0.0:443, read before and just after$"}
JSON
