# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Tables, chains and even handles of the same name in three families and two namespaces, with
# rules that say the same but for their comments: the one that fired is named.
topo
same() {
	printf 'table %s t { chain in { type filter hook input priority %s; %s dport %s reject comment "%s"; }; }\n' "$@"
}
{
	same ip 0 udp 5001 'ip in srv'
	same ip6 0 udp 5001 'ip6 in srv'
	same inet 10 udp 5001-5002 'inet in srv'
} | nft_in srv
{
	same inet 0 udp 5001 'inet in ct'
	same ip 10 udp 5001-5002 'ip in ct'
} | nft_in ct
nft_rule srv ip t in 'reject'
first=$handle
nft_rule ct ip t in 'reject'
[ "$first" = "$handle" ] || fail "the handles differ: $first, $handle"
start_unreach
for port in 5001 5002; do
	send cli "$V4" $port
	saw_port_unreachable "$V4"
	send cli "$V6" $port
	saw_port_unreachable "$V6"
	send cli "$K4" $port
	saw_port_unreachable "$K4"
done
rule() {
	echo '{"netns":{"name":"'"$1"'"},"packet":{"dst":"'"$2"'","dport":'"$3"'},"cause":"rule.nft",
	"confidence":"proven","rule":{"family":"'"$4"'","table":"t","chain":"in","handle":'"$handle"',
	"comment":"'"$5"'","text":"re:dport '"$6"' reject comment \"'"$5"'\""}}'
}
expect <<JSON
$(rule "$srv" "$V4" 5001 ip 'ip in srv' 5001)
$(rule "$srv" "$V6" 5001 ip6 'ip6 in srv' 5001)
$(rule "$srv" "$V4" 5002 inet 'inet in srv' 5001-5002)
$(rule "$srv" "$V6" 5002 inet 'inet in srv' 5001-5002)
$(rule "$ct" "$K4" 5001 inet 'inet in ct' 5001)
$(rule "$ct" "$K4" 5002 ip 'ip in ct' 5001-5002)
JSON
