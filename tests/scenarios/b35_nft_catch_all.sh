# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What no rule allows is rejected by the last one, in a chain of its own. The rule's text
# is a bare "reject": that nothing allowed the packet is the real answer.
topo
nft_in srv <<'NFT'
table inet filter {
	chain refuse { reject with icmpx admin-prohibited; }
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		tcp dport 22 accept
		icmp type echo-request accept
		jump refuse
	}
}
NFT
nft_rule srv inet filter refuse 'reject'
start_unreach
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
expect <<JSON
{"outcome":"sent","cause":"rule.nft","rule":{"chain":"refuse","handle":$handle}}
JSON
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"chain":"refuse","handle":$handle,"text":$(json "$text"),"base_chain":"input",
         "path":["input","refuse"],"path_confidence":"proven","catch_all":true,"policy":"drop",
         "new_only":"ct state established,related accept","matched":"absent:"},
 "also":[{"slug":"note.catch-all",
          "text":"the catch-all at the end of base chain input: no rule there allowed the packet"}]}
JSON
