# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The same by a bridge, which makes its own tests.
need_module nft_reject_bridge
topo
bridge
nft_in srv <<'NFT'
table bridge b { chain f { type filter hook prerouting priority 0;
	ether type ip ip saddr 10.219.7.1 meta l4proto udp reject
	tcp dport 8080 reject with tcp reset
}; }
NFT
nft_rule srv bridge b f 'ip saddr'
four=$handle
nft_rule srv bridge b f 'tcp dport'
start_unreach
in_ns cli "$T/raw_send" badcsum "$C4" "$B4" 4001 5001 >/dev/null
in_ns cli "$T/raw_send" rawsyn "$C4" "$B4" 4002 8080 R >/dev/null
send cli "$B4" 5001 --size 2000
saw_silence
expect <<JSON
{"outcome":"suppressed","suppressed_by":"checksum","packet":{"dst":"$B4","sport":4001,"dport":5001},
 "cause":"rule.nft","confidence":"proven","rule":{"family":"bridge","chain":"f","handle":$four}}
{"answer":"rst","outcome":"suppressed","suppressed_by":"other","packet":{"sport":4002},
 "rule":{"family":"bridge","chain":"f","handle":$handle}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"dst":"$B4","dport":5001,"fragment":"absent:"},
 "confidence":"proven","rule":{"family":"bridge","handle":$four}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"dst":"$B4","fragment":true},
 "cause":"rule.nft","confidence":"proven","rule":{"family":"bridge","chain":"f","handle":$four}}
JSON
