# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The real nmap, scanning three UDP ports: one open, two closed. It sends from a raw
# socket, so the answer of the open port finds no socket and is refused in cli.
need_command nmap
topo
listen srv 0.0.0.0 5002
start_unreach
said=$(in_ns cli nmap -n -Pn -sU -p 5001-5003 --max-retries 0 --host-timeout 30s -T5 "$V4")
closed=$(grep -c '/udp *closed' <<<"$said" || true)
[ "$closed" = 2 ] || fail "nmap saw: $said"
event() {
	echo '{"outcome":"sent","packet":{"proto":"udp","src":"'"$C4"'","dport":'"$1"'},
		"netns":{"name":"'"$srv"'"},"cause":"socket.none","confidence":"proven"}'
}
expect <<<"$(event 5001) $(event 5003)"'
	{"outcome":"sent","packet":{"proto":"udp","src":"'"$V4"'","sport":5002,"dst":"'"$C4"'"},
	 "netns":{"name":"'"$cli"'"},"cause":"socket.none","confidence":"proven"}'
