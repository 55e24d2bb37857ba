# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Three chains lead to one that rejects. The first packet fits one of them only, which is
# likely and no more, since it is found by evaluating the rules again; the second may have
# taken two, which is said.
topo
nft_in srv <<'NFT'
table inet filter {
	chain refuse { reject; }
	chain dns { udp dport 5001 goto refuse; }
	chain web { tcp dport 80 jump refuse; }
	chain slow { udp dport 5002 limit rate 1000/second goto refuse; }
	chain rest { udp dport 5002 goto refuse; }
	chain input {
		type filter hook input priority 0;
		jump dns
		jump web
		jump slow
		jump rest
	}
}
NFT
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"proven","packet":{"dport":5001},
 "rule":{"chain":"refuse","path":["input","dns","refuse"],"path_confidence":"likely",
         "way":[{"chain":"input","text":"jump dns"},
                {"chain":"dns","text":"udp dport 5001 goto refuse","goto":true}]},
 "why":"re:probably reached from input > dns","also":[{"slug":"note.way"}]}
{"cause":"rule.nft","confidence":"proven","packet":{"dport":5002},
 "rule":{"chain":"refuse","path":null,"path_confidence":"absent:","paths_total":2,
         "paths":[["input","slow","refuse"],["input","rest","refuse"]]},
 "also":[{"slug":"note.several-ways"}]}
JSON
