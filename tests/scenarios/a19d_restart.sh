# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Killed, refused, started again, and that one killed as well: each end is its own process's,
# and while the service runs there is nothing to say.
topo
start_unreach
for port in 5001 5002; do
	addr=0.0.0.0 to=$V4
	[ "$port" = 5001 ] || { addr=:: && to=$V6; }
	listen srv "$addr" "$port" --comm statsd
	first=$pid
	send cli "$to" "$port"
	saw_reply "$to"
	kill -9 "$first"
	wait "$first" || true
	send cli "$to" "$port"
	saw_port_unreachable "$to"
	listen srv "$addr" "$port" --comm statsd
	second=$pid
	send cli "$to" "$port"
	saw_reply "$to"
	kill "$second"
	wait "$second" || true
	send cli "$to" "$port"
	saw_port_unreachable "$to"
	expect <<-JSON
		{"packet":{"dport":$port},"cause":"socket.closed","confidence":"proven",
		 "sockets":[{"state":"closed","mismatch":"none","local":"$addr","pid":$first,
		             "signal":"SIGKILL","times":"absent:"}]}
		{"packet":{"dport":$port},"cause":"socket.closed","confidence":"proven",
		 "sockets":[{"state":"closed","mismatch":"none","local":"$addr","pid":$second,
		             "signal":"SIGTERM","times":2}]}
	JSON
done
