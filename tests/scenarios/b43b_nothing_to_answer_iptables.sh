# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The same through REJECT, of both iptables.
need_legacy iptables
topo
in_ns srv iptables-legacy -A INPUT -p udp -s "$C4" -d "$V4" -j REJECT
in_ns srv iptables-legacy -A FORWARD -p udp -d "$K4" -j REJECT
in_ns srv iptables-nft -A INPUT -p udp -s "$C4" -d "$V4b" -j REJECT
start_unreach
in_ns cli "$T/raw_send" badcsum "$C4" "$V4" 4001 5001 >/dev/null
in_ns cli "$T/raw_send" badcsum "$C4" "$V4b" 4001 5001 >/dev/null
send cli "$K4" 5001 --size 2000
saw_silence
expect <<JSON
{"outcome":"suppressed","suppressed_by":"checksum","packet":{"dst":"$V4","sport":4001},
 "cause":"rule.iptables","confidence":"proven","rule":{"table":"filter","chain":"INPUT","number":1}}
{"outcome":"suppressed","suppressed_by":"checksum","packet":{"dst":"$V4b","sport":4001},
 "cause":"rule.iptables-nft","confidence":"proven","rule":{"table":"filter","chain":"INPUT"}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"dst":"$K4","fragment":"absent:"},
 "cause":"rule.iptables","confidence":"proven","rule":{"chain":"FORWARD","number":1}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"dst":"$K4","fragment":true},
 "cause":"rule.iptables","confidence":"proven","rule":{"chain":"FORWARD","number":1}}
JSON
