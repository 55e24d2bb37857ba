# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A packet that WireGuard has no peer for: the sender is on this host.
topo
need_module wireguard
in_ns srv ip link add wg0 type wireguard || skip "no WireGuard device"
in_ns srv ip addr add 10.66.0.1/24 dev wg0
in_ns srv ip link set wg0 up
start_unreach
send srv 10.66.0.2 5001
saw '{"sent":0,"send_errors":["ENOKEY"],"errors":[{"errno":"EHOSTUNREACH","from":"10.66.0.1"}]}'
expect <<JSON
{"outcome":"sent","cause":"tunnel.no-endpoint","confidence":"proven","packet":{"dst":"10.66.0.2"},
 "why":"re:no WireGuard peer is allowed 10.66.0.2","advice":"re:wg show"}
JSON
