# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# libvirt's way: what is forwarded to the container is rejected by the host.
topo
listen ct 0.0.0.0 5001
in_ns srv iptables-nft -N LIBVIRT_FWI
in_ns srv iptables-nft -A FORWARD -j LIBVIRT_FWI
in_ns srv iptables-nft -A LIBVIRT_FWI -o k0 -j REJECT
nft_rule srv ip filter LIBVIRT_FWI 'k0'
start_unreach
send cli "$K4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","icmp":{"type":3,"code":3,"to":"$C4"},"packet":{"dst":"$K4","dport":5001,"iif":"s0"},
 "netns":{"name":"$srv"},"cause":"rule.iptables-nft","confidence":"proven",
 "rule":{"engine":"iptables-nft","family":"ip","table":"filter","chain":"LIBVIRT_FWI",
         "handle":$handle,"hook":"forward",
         "text":"-A LIBVIRT_FWI -o k0 -j REJECT --reject-with icmp-port-unreachable"},
 "elsewhere":{"netns":{"name":"$ct"},"local":"0.0.0.0","port":5001},
 "also":[{"slug":"note.listener-behind"}]}
JSON

# And where nothing is: other namespaces are not searched all the time.
sleep 1
send cli "$K4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dst":"$K4","dport":5002},"cause":"rule.iptables-nft",
 "also":[{"slug":"note.no-listener-behind"}]}
JSON
