# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A reject rule fires, and the kernel then answers nobody: a fragment, also the first one, for
# its checksum is the whole datagram's; a checksum that is wrong; a reset about a reset. The
# rule is named, and why nothing was sent.
topo
nft_in srv <<'NFT'
table inet filter { chain input { type filter hook input priority 0;
	ip saddr 10.219.7.1 meta l4proto udp reject
	meta nfproto ipv6 meta l4proto udp reject
	tcp dport 8080 reject with tcp reset
	icmp type destination-unreachable reject
	icmpv6 type destination-unreachable reject
}
chain forward { type filter hook forward priority 0; reject; }; }
NFT
nft_rule srv inet filter input 'ip saddr'
four=$handle
nft_rule srv inet filter input 'udp reject with icmpv6'
six=$handle
nft_rule srv inet filter forward 'reject'
forward=$handle
nft_rule srv inet filter input 'icmp type'
error4=$handle
nft_rule srv inet filter input 'icmpv6 type'
error6=$handle
nft_rule srv inet filter input 'tcp dport'
start_unreach
start_program cli "$T/pkt_read" c0
wire=$log
in_ns cli "$T/raw_send" badcsum "$C4" "$V4" 4001 5001 >/dev/null
in_ns cli "$T/raw_send" badcsum "$C6" "$V6" 4001 5001 >/dev/null
in_ns cli "$T/raw_send" rawsyn "$C4" "$V4" 4002 8080 R >/dev/null
in_ns cli "$T/raw_send" fakeunreach "$C4" "$V4" 4003 5001 >/dev/null
in_ns cli "$T/raw_send" fakeunreach "$C6" "$V6" 4003 5001 >/dev/null
send cli 10.219.7.255 5003 --bcast --wait .1
saw_silence
send cli ff02::1 5003 --dev c0 --wait .1
saw_silence
sleep .2
! grep -q '"src":"\('"$V4\|$V6"'\)"' "$wire" || fail "answered after all: $(cat "$wire")"
send cli "$K4" 5001 --size 2000
saw_silence
send cli "$K6" 5001 --size 2000
saw_silence
mib srv IpInReceives Ip6InReceives
[ "$mib" -ge 11 ] || fail "only $mib packets arrived"
mib srv TcpOutRsts UdpNoPorts Udp6NoPorts
[ "$mib" = 0 ] || fail "the kernel counts $mib resets and closed ports"
none_left srv
expect <<JSON
{"outcome":"suppressed","suppressed_by":"checksum","packet":{"src":"$C4","sport":4001,"dport":5001},
 "cause":"rule.nft","confidence":"proven","rule":{"table":"filter","chain":"input","handle":$four}}
{"outcome":"suppressed","suppressed_by":"checksum","packet":{"src":"$C6","sport":4001,"dport":5001},
 "cause":"rule.nft","confidence":"proven","rule":{"table":"filter","chain":"input","handle":$six}}
{"answer":"rst","outcome":"suppressed","suppressed_by":"other","packet":{"src":"$C4","sport":4002},
 "cause":"rule.nft","rule":{"table":"filter","chain":"input","handle":$handle}}
{"outcome":"suppressed","suppressed_by":"icmp-error","packet":{"src":"$C4","proto":"icmp"},
 "cause":"rule.nft","confidence":"proven","rule":{"handle":$error4}}
{"outcome":"suppressed","suppressed_by":"icmp-error","packet":{"src":"$C6","proto":"icmpv6"},
 "cause":"rule.nft","confidence":"proven","rule":{"handle":$error6}}
{"outcome":"suppressed","suppressed_by":"broadcast","packet":{"dst":"10.219.7.255","dport":5003},
 "cause":"rule.nft","confidence":"proven","rule":{"handle":$four}}
{"outcome":"suppressed","suppressed_by":"broadcast","packet":{"dst":"re:ff02::1","dport":5003},
 "cause":"rule.nft","confidence":"proven","rule":{"handle":$six}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"src":"$C4","fragment":"absent:","dport":5001},
 "cause":"rule.nft","confidence":"proven","rule":{"table":"filter","chain":"forward","handle":$forward}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"src":"$C4","fragment":true},
 "confidence":"proven","rule":{"table":"filter","chain":"forward","handle":$forward}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"src":"$C6","fragment":"absent:"},
 "confidence":"proven","rule":{"table":"filter","chain":"forward","handle":$forward}}
{"outcome":"suppressed","suppressed_by":"fragment","packet":{"src":"$C6","fragment":true},
 "confidence":"proven","rule":{"table":"filter","chain":"forward","handle":$forward}}
JSON
