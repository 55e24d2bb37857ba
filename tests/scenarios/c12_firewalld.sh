# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The real firewalld writes the rules, and the advice given is tried: it lets the packet in.
one_kernel
need_command firewalld
topo
listen srv 0.0.0.0 5001
grep -q ^messagebus: /etc/passwd || {
	echo 'messagebus:x:101:101::/nonexistent:/bin/false' >>/etc/passwd
	echo 'messagebus:x:101:' >>/etc/group
}
mkdir -p /run/dbus /var/log
in_ns srv dbus-daemon --system --nofork >"$SCENARIO_OUT/dbus" 2>&1 &
pids+=($!)
for ((i = 0; i < 300; i++)); do
	[ -S /run/dbus/system_bus_socket ] && break
	pause 0.1
done
in_ns srv firewalld --nofork --nopid >"$SCENARIO_OUT/firewalld" 2>&1 &
pids+=($!)
for ((i = 0; i < 90; i++)); do
	[[ $(in_ns srv nft list tables) == *firewalld* ]] && break
	pause 1
done
in_ns srv firewall-cmd --zone=public --add-interface=s0
start_unreach
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
expect <<JSON
{"cause":"rule.nft","confidence":"proven",
 "rule":{"table":"firewalld","chain":"filter_IN_public","manager":"firewalld",
         "managed":{"kind":"zone","name":"public"}},
 "advice":"to allow it: \`firewall-cmd --zone=public --add-port=5001/udp\`"}
JSON
in_ns srv firewall-cmd --zone=public --add-port=5001/udp
send cli "$V4" 5001
saw_reply "$V4"
