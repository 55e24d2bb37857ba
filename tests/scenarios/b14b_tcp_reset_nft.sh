# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Resets by rules of each family that has them, for what comes in, goes through and goes out.
topo
for family in ip ip6 inet; do
	case $family in ip) p=1 ;; ip6) p=2 ;; inet) p=3 ;; esac
	cat <<-NFT
		table $family t {
			chain in { type filter hook input priority 0; tcp dport 808$p reject with tcp reset; }
			chain through { type filter hook forward priority 0; tcp dport 818$p reject with tcp reset; }
			chain out { type filter hook output priority 0; tcp dport 828$p reject with tcp reset; }
		}
	NFT
done | nft_in srv
tcp_serve srv :: 8082 --v6only 1
start_unreach
want=''
# refused FAMILY CHAIN HOOK NS ADDR PORT: an attempt, and what is to be said of it.
refused() {
	nft_rule srv "$1" t "$2" 'with tcp reset'
	tcp "$4" "$5" "$6"
	saw '{"result":"ECONNREFUSED"}'
	want+='{"answer":"rst","outcome":"sent","icmp":"absent:","netns":{"name":"'$srv'"},
		"packet":{"proto":"tcp","dst":"'$5'","sport":'$sport',"dport":'$6'},
		"cause":"rule.nft","confidence":"proven","rule":{"engine":"nft","family":"'$1'",
		"table":"t","chain":"'$2'","handle":'$handle',"hook":"'$3'","text":'$(json "$text")'}}'$'\n'
}
refused ip in input cli "$V4" 8081
refused ip through forward cli "$K4" 8181
refused ip out output srv "$C4" 8281
refused ip6 in input cli "$V6" 8082
refused ip6 through forward cli "$K6" 8182
refused ip6 out output srv "$C6" 8282
refused inet in input cli "$V4" 8083
refused inet in input cli "$V6" 8083
refused inet through forward cli "$K6" 8183
refused inet out output srv "$C6" 8283
expect <<<"$want"
