# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The rule stands so deep among others that the kernel side gives up looking for its chain:
# the jump before it led elsewhere, and thousands of rules (or chains, where the rows of
# rules have no end mark) lie on the way. User space finds it by table and handle; where
# rules of two tables could be meant, none is named.
topo
# deep FAMILY TABLE PRIORITY
deep() {
	awk -v table="$1 $2" -v priority="$3" -v release="$(uname -r)" 'BEGIN {
		old = release ~ /^5[.]/; chains = release ~ /^6[.][0-3][.]/ ? 4200 : 0
		before = old ? 2100 : 0; after = chains ? 1 : old ? 2100 : 4200
		print "table " table " {"
		for (i = 0; i < chains; i++) printf "chain c%d { }\n", i
		print "chain elsewhere { tcp dport 1; }\nchain long {"
		for (i = 0; i < before; i++) print "tcp dport 1"
		print "jump elsewhere\nudp dport 5001 reject comment \"deep down\""
		for (i = 0; i < after; i++) print "tcp dport 1"
		print "}\nchain input { type filter hook input priority " priority "; goto long; }\n}"
	}' | nft_in srv
}
deep inet deep 0
nft_rule srv inet deep long 'deep down'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"proven",
 "rule":{"table":"deep","chain":"long","handle":$handle,"comment":"deep down","text":$(json "$text"),
         "path":["input","long"]}}
JSON

# A second table at this hook: the kernel side knows the handle only, which is one table's.
# Without its chain it can't tell of which generation the rule was, so the first after a
# change may be of a rule that had the handle before: it is not named.
nft_in srv <<<'table ip other { chain input { type filter hook input priority 10; }; }'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<<'{"cause":"rule.nft","rule":{"handle":'"$handle"'}}'
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"proven","advice":"re:nft -a list chain inet deep long",
 "rule":{"family":"inet","table":"deep","chain":"long","handle":$handle,"text":$(json "$text")}}
JSON

# And one whose rule of the same handle rejects as well. Loading takes long: on one kernel.
[[ $(uname -r) == 6.12.* ]] || exit 0
in_ns srv nft delete table ip other
deep ip other 10
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"likely","advice":"re:nft -a list ruleset",
 "rule":{"table":null,"chain":null,"handle":$handle,"text":null,
         "reason":"rule $handle of 2 different tables rejects"}}
JSON
