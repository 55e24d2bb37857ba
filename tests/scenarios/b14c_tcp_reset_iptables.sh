# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Resets by the rules of both engines of iptables, in both versions of IP, for what comes in,
# goes through and goes out. Where the kernel has no legacy tables, by the other engine alone.
topo
tools=(iptables-nft ip6tables-nft)
! modprobe -q iptable_filter || tools+=(iptables-legacy)
! modprobe -q ip6table_filter || tools+=(ip6tables-legacy)
port=8080
for tool in "${tools[@]}"; do
	in_ns srv "$tool-restore" <<-RULES
		*filter
		-A INPUT -p tcp -m tcp --dport $port -j REJECT --reject-with tcp-reset
		-A FORWARD -p tcp -m tcp --dport $port -j REJECT --reject-with tcp-reset
		-A OUTPUT -p tcp -m tcp --dport $port -j REJECT --reject-with tcp-reset
		COMMIT
	RULES
	port=$((port + 1))
done
start_unreach
want='' port=8080
# refused CHAIN HOOK NS ADDR: an attempt, and what is to be said of it.
refused() {
	tcp "$3" "$4" "$port"
	saw '{"result":"ECONNREFUSED"}'
	want+='{"answer":"rst","outcome":"sent","icmp":"absent:","netns":{"name":"'$srv'"},
		"packet":{"proto":"tcp","dst":"'$4'","sport":'$sport',"dport":'$port'},"confidence":"proven",
		"cause":"rule.'$engine'","rule":{"engine":"'$engine'","family":"'$family'","table":"filter",
		"chain":"'$1'","hook":"'$2'","number":1,
		"text":"-A '$1' -p tcp -m tcp --dport '$port' -j REJECT --reject-with tcp-reset"}}'$'\n'
}
for tool in "${tools[@]}"; do
	engine=iptables family=ip
	[[ $tool != *-nft ]] || engine=iptables-nft
	[[ $tool != ip6* ]] || family=ip6
	if [ $family = ip ]; then to=("$V4" "$K4" "$C4"); else to=("$V6" "$K6" "$C6"); fi
	refused INPUT input cli "${to[0]}"
	refused FORWARD forward cli "${to[1]}"
	refused OUTPUT output srv "${to[2]}"
	port=$((port + 1))
done
expect <<<"$want"
