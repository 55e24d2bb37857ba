# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The container refuses a packet that srv merely forwards, as it does the error: one event,
# the container's. Conntrack looks on in srv, and there is no translation to speak of.
topo
need_module nft_ct
nft_in srv <<<'table inet look { chain through { type filter hook forward priority 0; ct state new counter; }; }'
start_unreach
for ip in "$K4" "$K6"; do
	send cli "$ip" 5001
	saw_port_unreachable "$ip"
	expect <<-JSON
		{"outcome":"sent","cause":"socket.none","confidence":"proven","nat":"absent:",
		 "netns":{"inum":$(inum ct),"name":"$ct"},"packet":{"dst":"$ip","dport":5001,"sport":$sport}}
	JSON
done
