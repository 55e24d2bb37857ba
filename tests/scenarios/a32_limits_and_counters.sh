# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# More closed ports than the kernel answers for: the limit for all, then the one for one peer,
# then a rule that drops the answers. What is said to be sent is what the client got and what
# the kernel counted; the rest is suppressed, and by what, with the settings of that limit.
topo
start_unreach

# counted NAME: the kernel's own count in srv; nothing where it has none.
counted() { in_ns srv nstat -asz "$1" 2>/dev/null | awk -v n="$1" '$1 == n {print $2}'; }

# swept VERSION DST OUTCOME: events for $sent datagrams, $answers of them answered.
swept() {
	local i
	for ((i = 0; i < sent; i++)); do
		if [ "$i" -lt "$answers" ]; then
			echo "{\"outcome\":\"sent\",\"icmp\":{\"version\":$1},\"packet\":{\"dst\":\"$2\"},\"cause\":\"socket.none\"}"
		else
			echo "{\"outcome\":\"suppressed\",\"suppressed_by\":\"$3\",\"limit\":$limit,\"icmp\":{\"version\":$1},\"packet\":{\"dst\":\"$2\"},\"cause\":\"socket.none\"}"
		fi
	done
}

# sweep VERSION DST OUTCOME OPTION...: and hold the three truths against each other.
sweep() {
	local version=$1 dst=$2 outcome=$3 out=IcmpOutDestUnreachs before
	shift 3
	[ "$version" = 4 ] || out=Icmp6OutDestUnreachs
	before=$(counted "$out")
	send cli "$dst" 20000 --sweep "$@"
	answers=$(jq '.errors | length' <<<"$result")
	sent=$(jq .sent <<<"$result")
	[ "$sent" -gt "$answers" ] || fail "no limit showed: $result"
	[ $(($(counted "$out") - before)) = "$answers" ] ||
		fail "the client got $answers, $out rose from $before to $(counted "$out")"
	expect < <(swept "$version" "$dst" "$outcome")
}

# The limit for all, before it has credit: of the namespace; in v5.10, of the host.
limit4=$(in_ns srv sysctl -n net.ipv4.icmp_ratelimit) limit6=$(in_ns srv sysctl -n net.ipv6.icmp.ratelimit)
in_ns srv sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
where=(in_ns srv)
"${where[@]}" sysctl -n net.ipv4.icmp_msgs_burst >/dev/null 2>&1 || where=()
per_sec=$("${where[@]}" sysctl -n net.ipv4.icmp_msgs_per_sec)
burst=$("${where[@]}" sysctl -n net.ipv4.icmp_msgs_burst)
"${where[@]}" sysctl -qw net.ipv4.icmp_msgs_per_sec=1 net.ipv4.icmp_msgs_burst=1
of_host='absent:'
[ "${#where[@]}" -gt 0 ] || of_host=true
limit="[{\"name\":\"net.ipv4.icmp_msgs_per_sec\",\"value\":\"1\",\"of_host\":\"$of_host\"},
	{\"name\":\"net.ipv4.icmp_msgs_burst\",\"value\":\"1\"},{\"name\":\"net.ipv4.icmp_ratemask\"}]"
limit=$(jq -c . <<<"${limit/\"true\"/true}")
sweep 4 "$V4" rate-limit-global -n 20
"${where[@]}" sysctl -qw "net.ipv4.icmp_msgs_per_sec=$per_sec" "net.ipv4.icmp_msgs_burst=$burst"
in_ns srv sysctl -qw net.ipv4.icmp_ratelimit="$limit4" net.ipv6.icmp.ratelimit="$limit6"

for version in 4 6; do
	[ "$version" = 4 ] && dst=$V4 host=IcmpOutRateLimitHost || dst=$V6 host=Icmp6OutRateLimitHost
	[ "$version" = 4 ] && name=icmp_ratelimit value=$limit4 || name=icmp.ratelimit value=$limit6
	limit="[{\"name\":\"net.ipv$version.$name\",\"value\":\"$value\"},{\"name\":\"net.ipv$version.${name%limit}mask\"}]"
	limited=$(counted "$host")
	sweep "$version" "$dst" rate-limit-peer -n 40 --gap .002
	# Before v6.3 and its stable kin the kernel does not count them.
	if [ -n "$limited" ] && [ "$(counted "$host")" != "$limited" ]; then
		[ $(($(counted "$host") - limited)) = $((sent - answers)) ] ||
			fail "$((sent - answers)) suppressed, $host rose from $limited to $(counted "$host")"
	fi
done

nft_in srv <<-NFT
	table inet f {
		chain out {
			type filter hook output priority 0;
			icmp type echo-request drop
			ip daddr 192.0.2.0/24 drop
			icmp type destination-unreachable drop
			icmpv6 type destination-unreachable drop
		}
	}
NFT
nft_rule srv inet f out 'icmp type dest'
four=$handle
nft_rule srv inet f out 'icmpv6 type'
mib srv IpOutDiscards Ip6OutDiscards
discards=$mib
for dst in "$V4" "$V6"; do
	send cli "$dst" 5001 --wait .3
	saw_silence
done
mib srv IpOutDiscards Ip6OutDiscards
[ "$mib" = $((discards + 2)) ] || fail "2 answers dropped, the kernel discarded $((mib - discards))"
expect <<JSON
{"outcome":"suppressed","suppressed_by":"output-rule","packet":{"dst":"$V4"},"cause":"socket.none",
 "dropped_by":{"confidence":"likely","family":"inet","table":"f","chain":"out","handle":$four,
  "text":"icmp type destination-unreachable drop"},"also":[{"slug":"note.dropped-by"}]}
{"outcome":"suppressed","suppressed_by":"output-rule","packet":{"dst":"$V6"},"cause":"socket.none",
 "dropped_by":{"handle":$handle}}
JSON
# Two could have: which one did is not said.
nft_in srv <<<'add chain inet f post { type filter hook postrouting priority 0; policy drop; }'
send cli "$V4" 5002 --wait .3
saw_silence
expect <<<"{\"suppressed_by\":\"output-rule\",\"packet\":{\"dst\":\"$V4\"},\"dropped_by\":null}"

# The same by legacy iptables: one rule; and then the policy of another table could have, too.
in_ns srv nft flush ruleset
need_legacy iptables
need_legacy ip6tables
in_ns srv iptables-legacy-restore <<'RULES'
*filter
:own - [0:0]
-A OUTPUT -d 192.0.2.0/24 -j DROP
-A OUTPUT -p icmp -j own
-A own -p icmp --icmp-type echo-request -j DROP
-A own -p icmp --icmp-type destination-unreachable -m comment --comment quiet -j DROP
COMMIT
RULES
in_ns srv ip6tables-legacy -A OUTPUT -p icmpv6 --icmpv6-type destination-unreachable -j DROP
for dst in "$V4" "$V6"; do
	send cli "$dst" 5001 --wait .1
	saw_silence
done
expect <<JSON
{"outcome":"suppressed","suppressed_by":"output-rule","packet":{"dst":"$V4"},"cause":"socket.none",
 "dropped_by":{"confidence":"likely","engine":"iptables","family":"ip","table":"filter","chain":"own","number":2,
  "text":"re:^-A own -p icmp .*--comment quiet -j DROP$"},
 "also":[{"slug":"note.dropped-by","text":"re:a rule of iptables-legacy filter own number 2: "}]}
{"outcome":"suppressed","suppressed_by":"output-rule","packet":{"dst":"$V6"},"cause":"socket.none",
 "dropped_by":{"engine":"iptables","family":"ip6","table":"filter","chain":"OUTPUT","number":1}}
JSON
in_ns srv iptables-legacy -t mangle -P POSTROUTING DROP
send cli "$V4" 5002 --wait .1
expect <<<"{\"suppressed_by\":\"output-rule\",\"packet\":{\"dst\":\"$V4\"},\"dropped_by\":null,\"also\":[{\"text\":\"re:2 could have.*iptables-legacy-save\"}]}"
