# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The rule is gone before anybody could look it up: its text was read when it came.
topo
nft_in srv <<<'table inet filter { chain input { type filter hook input priority 0;
	udp dport 5001 reject with icmpx admin-prohibited comment "short-lived"; }; }'
nft_rule srv inet filter input 'dport 5001'
start_unreach
pause 10 # and by now it was read, on the slowest of guests
hold_unreach
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
in_ns srv nft flush ruleset
release_unreach
expect <<JSON
{"cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"input","handle":$handle,"hook":"input",
         "text":"udp dport 5001 reject with icmpx admin-prohibited comment \"short-lived\"",
         "comment":"short-lived"}}
JSON
