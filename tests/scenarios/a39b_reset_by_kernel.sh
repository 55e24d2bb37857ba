# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --tcp-reset: a peer that answers no keepalive probe; one that never closes its side; a host that
# has no room for connections whose program has gone; MPTCP; a port that NAT made of another, where
# nobody listens; a service in no VRF, and a connection that comes in through one.
topo
start_unreach --json --tcp-reset
# stay PORT: a client that connects, and does nothing more until the end.
stay() {
	nsenter "--net=$(ns_path cli)" -- bash -c "exec 9<>/dev/tcp/$V4/$1 && exec sleep 600" &
	pids+=($!)
}
# until_said N CAUSE...: there are so many events of these causes.
until_said() {
	local i n=$1 causes
	shift
	printf -v causes '"%s"\n' "$@"
	for ((i = 0; i < 100; i++)); do
		[ "$(grep -cF "${causes%$'\n'}" "$events")" -lt "$n" ] || break
		pause 0.1
	done
}
start_program srv "$T/tcp_end" alive 0.0.0.0 5001 --comm httpd
stay 5001
pause .5
nft_in cli <<<'table inet dead {
	chain in { type filter hook input priority 0; tcp sport 5001 drop; tcp sport 5004 tcp flags & (fin | rst) != 0 drop; }
	chain out { type filter hook output priority 0; tcp dport 5001 drop; }
}'

# Its FIN is acknowledged, and it waits for the peer's: for 64 s, and then for less.
in_ns srv sysctl -qw net.ipv4.tcp_fin_timeout=64
start_program srv "$T/tcp_end" early 0.0.0.0 5003 --comm httpd
from=$SECONDS
stay 5003
for ((i = 0; i < 50; i++)); do
	[ -z "$(in_ns srv ss -Htn state fin-wait-2)" ] || break
	pause 0.05
done
in_ns srv sysctl -qw net.ipv4.tcp_fin_timeout=5 # its timer fires 4 s after the FIN
timeout=1 want='{"answer":"rst","outcome":"sent","cause":"tcp.fin-timeout","confidence":"proven",
 "packet":{"proto":"tcp","src":"'$C4'","dst":"'$V4'","dport":5003},"reset":{"unasked":true,"state":"FIN-WAIT-2"}}'
[ $((SECONDS - from)) -lt 4 ] || timeout=0 want='' # too late, by no fault of the kernel's

# A connection whose program has gone, and there may be none such.
start_program srv "$T/tcp_end" early 0.0.0.0 5004 --comm httpd
orphans=$(sysctl -n net.ipv4.tcp_max_orphans) # of all namespaces
sysctl -qw net.ipv4.tcp_max_orphans=-1
stay 5004
until_said 1 tcp.memory
sysctl -qw net.ipv4.tcp_max_orphans="$orphans"
until_said $((1 + timeout)) tcp.keepalive tcp.fin-timeout
expect <<JSON
{"answer":"rst","outcome":"sent","cause":"tcp.memory","confidence":"proven",
 "packet":{"proto":"tcp","src":"$C4","dst":"$V4","dport":5004},"reset":{"unasked":true}}
$want
{"answer":"rst","outcome":"sent","cause":"tcp.keepalive","confidence":"proven",
 "packet":{"proto":"tcp","src":"$C4","dst":"$V4","dport":5001},"reset":{"unasked":true},
 "why":"re:$C4.* answered none of the keepalive probes"}
JSON

if [ -e /proc/sys/net/mptcp/enabled ]; then
	start_program srv "$T/tcp_end" unread 0.0.0.0 5005 --comm httpd --mptcp
	tcp cli "$V4" 5005 --send 1 --wait 1 --mptcp
	expect <<-JSON
		{"answer":"rst","outcome":"sent","cause":"tcp.mptcp","confidence":"proven",
		 "packet":{"src":"$C4","sport":$sport,"dst":"$V4","dport":5005},"reset":{"unasked":true},
		 "why":"re:MPTCP"}
	JSON
fi

if modprobe -q nft_redir; then
	nft_in srv <<<'table inet natt { chain pre { type nat hook prerouting priority dstnat; tcp dport 80 redirect to :15080; }; }'
	tcp cli "$V4" 80
	saw '{"result":"ECONNREFUSED"}'
	expect <<-JSON
		{"answer":"rst","cause":"socket.nat","packet":{"dport":15080},
		 "nat":{"original_dst":"$V4","original_dport":80}}
	JSON
	in_ns srv nft delete table inet natt
fi

if modprobe -q vrf; then
	tcp_serve srv 0.0.0.0 5002
	ip -n "$srv" -batch - <<-IP
		link add red type vrf table 10
		link set red up
		link set s0 master red
		neigh replace $C4 lladdr 02:00:00:00:07:01 dev s0
	IP
	in_ns srv sysctl -qw net.ipv4.tcp_l3mdev_accept=0
	tcp cli "$V4" 5002
	saw '{"result":"ECONNREFUSED"}'
	expect <<-JSON
		{"answer":"rst","cause":"socket.device","packet":{"dport":5002},"why":"re:red.*tcp_l3mdev_accept|tcp_l3mdev_accept.*red|VRF"}
	JSON
fi
