# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An application sends statistics to a port on its own host where nothing listens.
# Every second send() only fetches the error of the one before.
topo
start_unreach
send srv 127.0.0.1 8125 --connect -n 3 --gap .02
saw '{"sent":2,"send_errors":["ECONNREFUSED"],"errors":[{"type":3,"code":3,"from":"127.0.0.1"}]}'
event='{"outcome":"sent","icmp":{"version":4,"type":3,"code":3,"to":"127.0.0.1"},
 "packet":{"proto":"udp","src":"127.0.0.1","dst":"127.0.0.1","dport":8125,"iif":"lo"},
 "netns":{"name":"'$srv'"},"cause":"socket.none","confidence":"proven"}'
expect <<<"$event $event"
