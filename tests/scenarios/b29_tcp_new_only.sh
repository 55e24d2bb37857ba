# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The rule rejects new connections only: those that are there already pass before it. The
# second packet comes when the rule set is known to have stood still.
topo
tcp_serve srv 0.0.0.0 8080
nft_in srv <<'NFT'
table inet filter {
	chain input {
		type filter hook input priority 0;
		ct state established,related accept
		tcp dport 8080 reject
	}
}
NFT
nft_rule srv inet filter input 'dport 8080'
start_unreach
tcp cli "$V4" 8080
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"packet":{"proto":"tcp","dport":8080},"cause":"rule.nft","confidence":"proven",
 "rule":{"handle":$handle,"new_only":"ct state established,related accept","catch_all":false},
 "also":[{"slug":"note.listener-behind"}]}
JSON
