# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The host rejects what its own programs send; nothing leaves it.
topo
nft_in srv <<'NFT'
table inet filter { chain output { type filter hook output priority 0;
	udp dport 53 reject
	tcp dport 53 reject
}; }
NFT
nft_rule srv inet filter output 'udp dport 53'
udp_rule=$handle
nft_rule srv inet filter output 'tcp dport 53'
start_unreach
send srv "$C4" 53
saw '{"sent":0,"send_errors":["EPERM"],"errors":[{"type":3,"code":3,"from":"'"$V4"'"}]}'
tcp srv "$C4" 53
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{"packet":{"proto":"udp","src":"$V4","dst":"$C4","dport":53},"netns":{"name":"$srv"},
 "outcome":"sent","cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"output","handle":$udp_rule,"hook":"output"},
 "sender":{"comm":"udp_send"},"also":[{"slug":"note.local-sender","text":"re:udp_send"}]}
{"packet":{"proto":"tcp","src":"$V4","dst":"$C4","dport":53},"netns":{"name":"$srv"},
 "outcome":"sent","cause":"rule.nft","confidence":"proven",
 "rule":{"family":"inet","table":"filter","chain":"output","handle":$handle,"hook":"output"},
 "sender":{"comm":"tcp_connect"},"also":[{"slug":"note.local-sender","text":"re:tcp_connect"}]}
JSON
