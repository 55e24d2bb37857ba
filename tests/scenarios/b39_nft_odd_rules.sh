# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Rules of all kinds that lead to a reject, in one table beside others that must not be taken for
# it: maps of maps, intervals, concatenations, sets that packets fill, anonymous chains, long
# names, a table that sleeps with the same rules, and one with an owner.
topo
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0
long=$(printf 'chain_with_a_very_long_name_%.0s' 1 2 3 4)
tlong=$(printf 'table_with_a_very_long_name_%.0s' 1 2 3)
nft_in srv <<NFT
table inet asleep { flags dormant; chain in { type filter hook input priority -20; udp dport 5000-5100 reject; }; }
table inet odd {
	set ports { type inet_service; flags interval; elements = { 5002-5003 }; }
	set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.219.7.0/24 . 5004-5005 }; }
	set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
	map doors { type ipv4_addr . inet_proto . inet_service : verdict;
		elements = { $V4 . udp . 5008 comment "door 8" : goto refuse, $V4 . udp . 5018 : accept }; }
	chain refuse { counter reject with icmpx host-unreachable; }
	chain last { reject; }
	chain deep { ip saddr . udp dport vmap { $C4 . 5001 : jump last, $C4 . 5999 : goto refuse }; }
	chain u { udp dport vmap { 5001 : goto deep, 5900-5999 : drop }; }
	chain $long { udp dport 5010 reject; }
	chain in {
		type filter hook input priority 0
		udp dport 5013 queue flags bypass to 7
		meta l4proto vmap { udp : jump u, tcp : accept }
		udp dport @ports log prefix "a: " reject comment "by interval"
		ip saddr . udp dport @pairs reject
		ip daddr . meta l4proto . udp dport vmap @doors
		udp dport { 5006, 5007 } counter reject
		udp dport 5009 add @seen { ip saddr } 
		ip saddr @seen udp dport 5009 reject
		udp dport 5010 jump $long
		udp dport 5011 jump { ip saddr $C4 reject comment "in a chain of no name"; drop; }
		udp dport 5012 ip daddr & 255.255.255.0 == 10.219.7.0 fib daddr type local meta mark set 7 reject
		udp dport 5014 limit rate over 1/hour burst 1 packets reject with icmpx admin-prohibited
	}
}
table ip $tlong { chain in { type filter hook input priority 5; udp dport 5015 reject; }; }
NFT
start_program srv bash -c '{ echo "add table inet mine { flags owner; }; add chain inet mine in { type filter hook input priority 7; }; add rule inet mine in udp dport 5016 reject"; echo "list tables"; sleep 60; } | nft -i >/dev/null & sleep 0.5; echo "\"ready\":true"; wait'
handle_of() {
	nft_rule srv inet odd "$1" "$2"
	echo "$handle"
}
# Owners came with Linux 5.12.
mine='{"cause":"socket.none","packet":{"dport":5016}}'
! in_ns srv nft list table inet mine >/dev/null 2>&1 ||
	mine='{"cause":"rule.nft","confidence":"proven","packet":{"dport":5016},
		"rule":{"table":"mine","chain":"in","text":"udp dport 5016 reject"}}'
start_unreach
for port in 5001 5002 5005 5007 5008 5009 5010 5011 5012 5014 5014 5015 5016; do
	send cli "$V4" $port
done
proven='"cause":"rule.nft","confidence":"proven","netns":{"name":"'$srv'"}'
expect <<JSON
{$proven,"packet":{"dport":5001},"rule":{"table":"odd","chain":"last","path":["in","u","deep","last"],"path_confidence":"proven"}}
{$proven,"packet":{"dport":5002},"rule":{"table":"odd","chain":"in","handle":$(handle_of in @ports),
 "comment":"by interval","matched":[{"set":"ports","element":"5002-5003","confidence":"proven"}]}}
{$proven,"packet":{"dport":5005},"rule":{"handle":$(handle_of in @pairs),
 "matched":[{"set":"pairs","element":"10.219.7.0/24 . 5004-5005"}]}}
{$proven,"packet":{"dport":5007},"rule":{"handle":$(handle_of in '5006, 5007')}}
{$proven,"packet":{"dport":5008},"icmp":{"code":1},"rule":{"chain":"refuse","path":["in","refuse"],
 "matched":[{"map":"doors","element":"$V4 . udp . 5008","comment":"door 8"}]}}
{$proven,"packet":{"dport":5009},"rule":{"handle":$(handle_of in '@seen udp')}}
{$proven,"packet":{"dport":5010},"rule":{"chain":"$long","path":["in","$long"],"text":"udp dport 5010 reject"}}
{$proven,"packet":{"dport":5011},"rule":{"comment":"in a chain of no name"}}
{$proven,"packet":{"dport":5012},"rule":{"handle":$(handle_of in 'dport 5012')}}
{$proven,"packet":{"dport":5014},"icmp":{"code":13},"rule":{"handle":$(handle_of in 'dport 5014'),"varies":{"by":"rate"}}}
{$proven,"packet":{"dport":5015},"rule":{"family":"ip","table":"$tlong","chain":"in","text":"udp dport 5015 reject"}}
$mine
{"cause":"socket.none","packet":{"dport":5014}}
JSON
