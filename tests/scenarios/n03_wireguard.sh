# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# WireGuard takes all that comes to its port. A peer that sends to another port, or to a
# tunnel that is down, is refused.
topo
need_module wireguard
ip -n "$srv" link add wg0 type wireguard
ip -n "$srv" link set wg0 up
port=$(in_ns srv ss -Huan | awk 'NR == 1 {sub(/.*:/, "", $4); print $4}')
[ -n "$port" ] || fail 'wg0 has no port'
start_unreach
send cli "$V4" "$port" --wait .3
saw_silence
send cli "$V6" "$port" --wait .3
saw_silence
expect_none
send cli "$V4" 51820
saw_port_unreachable "$V4"
ip -n "$srv" link set wg0 down
send cli "$V6" "$port"
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"dport":51820},"cause":"socket.none","confidence":"proven"}
{"packet":{"dport":$port},"cause":"re:^socket\\\\.(none|closed)$","confidence":"proven"}
JSON
