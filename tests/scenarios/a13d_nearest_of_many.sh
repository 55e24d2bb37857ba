# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Twenty sockets of clients on other addresses, and behind them in the kernel's list, so
# that an event can't carry them all, the one that comes nearest.
topo
listen srv 0.0.0.0 5001 --reuseport --dev k0 --comm nearest
near=$pid
for i in 4 5; do
	ip -n "$srv" addr add "10.219.7.$i/24" dev s0
	listen srv "10.219.7.$i" 5001 --reuseport --count 10 --peer 10.219.7.9/7000 --comm far
done
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.device","confidence":"proven","why":"re:nearest \\\\(pid $near\\\\).* 20 more sockets",
 "sockets_total":{"address":20,"device":1},
 "sockets":[{"mismatch":"device","device":"k0","pid":$near},{"mismatch":"address","comm":"far"}]}
JSON
