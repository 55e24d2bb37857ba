# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A table of more rules than are listed for one event: the rule's text is there, the way to it
# is missing and that is said, and the memory of the tracer stays within what the README states.
[[ $(uname -r) == 6.12.* ]] || skip 'loading the rules takes a minute under emulation: on 6.12 only'
topo
awk 'BEGIN {
	print "table inet big {"
	for (c = 0; c < 1025; c++) {
		printf "chain c%d {\n", c
		for (r = 0; r < 19; r++)
			printf "ip saddr 10.%d.%d.%d udp dport %d counter accept\n", c / 250, c % 250, r, 1000 + r
		printf "udp dport %d counter reject comment \"rule of chain %d\"\n}\n", 10000 + c, c
		map = map (c ? ", " : "") 10000 + c " : jump c" c
	}
	print "chain input {\ntype filter hook input priority 0;\nudp dport vmap { " map " }\n}\n}"
}' | nft_in srv
nft_rule srv inet big c777 'dport 10777'
start_unreach --json
send cli "$V4" 10777
saw_port_unreachable "$V4"
for ((i = 0; i < 300; i++)); do
	[ -s "$events" ] && break
	pause 0.1
done
expect <<JSON
{"cause":"rule.nft","confidence":"proven",
 "rule":{"table":"big","chain":"c777","handle":$handle,"comment":"rule of chain 777",
         "text":"re:^udp dport 10777 counter reject","path":null,
         "path_reason":"re:more than 20000 rules"}}
JSON
while read -r name size _; do
	[[ $name == VmHWM: ]] && peak=$size
done <"/proc/$unreach_pid/status"
[ "$peak" -le 32768 ] || fail "the tracer took $peak kB"
