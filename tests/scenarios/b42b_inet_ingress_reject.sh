# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Family inet on a device's ingress: the frame has just come in, and is answered through IP all
# the same. Kernels before 5.16 or so refuse such a rule.
topo
nft_in srv <<'NFT' || skip 'this kernel takes no reject in hook ingress of family inet'
table inet edge { chain ing { type filter hook ingress device s0 priority 0;
	udp dport 5001 reject
}; }
NFT
nft_rule srv inet edge ing 'udp dport 5001'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"outcome":"sent","packet":{"dst":"$V4","dport":5001,"iif":"s0","path":"ingress"},"netns":{"name":"$srv"},
 "cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"edge","chain":"ing","handle":$handle,"hook":"ingress"}}
{"outcome":"sent","packet":{"dst":"$V6","dport":5001,"path":"ingress"},
 "confidence":"proven","rule":{"family":"inet","table":"edge","chain":"ing","handle":$handle}}
JSON
