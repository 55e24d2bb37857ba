# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# "nft replace", as "iptables-nft -R", puts another rule under the handle of the one that
# fired. What was read of that before is shown, or nothing; and never what it was once.
topo
nft_in srv <<<'table inet filter { chain input { type filter hook input priority 0;
	udp dport 5002 accept; udp dport 5001 reject comment "the first"; }; }'
nft_rule srv inet filter input 'dport 5001'
replace() { in_ns srv nft replace rule inet filter input handle "$handle" "$@"; }
start_unreach
pause 10 # by now it was read, on the slowest of guests
hold_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
replace udp dport 5003 reject comment '"the second"'
send cli "$V4" 5003
replace udp dport 5001 reject comment '"the third"'
send cli "$V4" 5001
saw_port_unreachable "$V4"
release_unreach
expect <<JSON
{"cause":"rule.nft","packet":{"dport":5001},"rule":{"handle":$handle,"text":"re:the first"}}
{"cause":"rule.nft","packet":{"dport":5003},"rule":{"handle":$handle,"text":null,"comment":null}}
{"cause":"rule.nft","packet":{"dport":5001},"rule":{"handle":$handle,"text":"re:the third"}}
JSON
in_ns srv nft 'add rule inet filter input udp dport 5009 accept'
start_unreach
send cli "$V4" 5001
expect <<JSON
{"cause":"rule.nft","confidence":"proven","rule":{"handle":$handle,"text":"re:the third","comment":"the third"}}
JSON
