# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The real fail2ban bans, through nftables and through iptables, and the advice given is
# tried: it lets the packet in.
one_kernel
need_command fail2ban-client
topo
listen srv 0.0.0.0 5001
mkdir -p /run/fail2ban /var/lib/fail2ban /var/log
rm -f /etc/fail2ban/jail.d/*
: >/var/log/dns.log
jail='enabled = true
filter = named-refused
logpath = /var/log/dns.log
backend = polling
protocol = udp'
cat >/etc/fail2ban/jail.local <<JAIL
[dns]
$jail
port = 5001
banaction = nftables-multiport
[dns2]
$jail
port = 5002
banaction = iptables-multiport
JAIL
in_ns srv fail2ban-client start
in_ns srv fail2ban-client set dns banip "$C4"
in_ns srv fail2ban-client set dns2 banip "$C4"
for ((i = 0; i < 300; i++)); do
	[[ $(in_ns srv nft list ruleset) == *"elements = { $C4 }"*"ip saddr $C4"*reject* ]] && break
	pause 0.1
done
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001},"cause":"rule.nft","confidence":"proven",
 "rule":{"table":"f2b-table","manager":"fail2ban","managed":{"kind":"jail","name":"dns"},
         "matched":[{"set":"addr-set-dns","element":"$C4"}]},
 "advice":"to end the ban: \`fail2ban-client unban $C4\`"}
{"packet":{"dport":5002},"cause":"rule.iptables-nft","confidence":"proven",
 "rule":{"chain":"f2b-dns2","manager":"fail2ban","managed":{"kind":"jail","name":"dns2"}},
 "advice":"to end the ban: \`fail2ban-client unban $C4\`"}
JSON
in_ns srv fail2ban-client unban "$C4"
for ((i = 0; i < 300; i++)); do
	[[ $(in_ns srv nft list ruleset) == *"$C4"* ]] || break
	pause 0.1
done
send cli "$V4" 5001
saw_reply "$V4"
in_ns srv fail2ban-client stop
