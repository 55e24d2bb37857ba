# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A traceroute's last probes: ports from 33434 on, which arrive with nothing left to live.
# What answers them is what they wait for. The same ports with a life before them are not.
topo
start_unreach
for ip in "$K4" "$K6"; do
	# The error of the first one is what the second send() fetches, instead of sending.
	send cli "$ip" 33434 -n 3 --sweep --ttl 2 --gap .05
	saw '{"sent":2}'
	probe() {
		echo '{"outcome":"sent","packet":{"dst":"'"$ip"'","dport":'"$1"',"ttl":1},"cause":"socket.none",
		 "netns":{"name":"'"$ct"'"},"also":[{"slug":"note.traceroute","text":"re:UDP port '"$1"'.* 1; "}]}'
	}
	expect <<<"$(probe 33434) $(probe 33436)"
	send cli "$ip" 33440
	expect <<-JSON
		{"packet":{"dst":"$ip","dport":33440},"cause":"socket.none","also":"absent:"}
	JSON
done
