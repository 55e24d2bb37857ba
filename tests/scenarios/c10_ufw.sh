# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The real ufw writes the rules, and the advice given is tried: it lets the packet in.
one_kernel
need_command ufw
topo
listen srv 0.0.0.0 5002
cp /usr/share/ufw/*.rules /usr/share/ufw/*.init /usr/share/ufw/ufw.conf /etc/ufw/
sed -i 's/^IPV6=.*/IPV6=no/; s/^IPT_SYSCTL=.*/IPT_SYSCTL=/' /etc/default/ufw
in_ns srv ufw reject from "$C4" to any port 5002
in_ns srv ufw default reject
in_ns srv ufw --force enable
start_unreach
send cli "$V4" 5002
saw_port_unreachable "$V4"
send cli "$V4" 5003
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5002},"cause":"rule.iptables-nft","confidence":"proven",
 "rule":{"chain":"ufw-user-input","manager":"ufw","managed":{"kind":"user"}},
 "advice":"to allow it: \`ip netns exec $srv ufw insert 1 allow 5002/udp\`"}
{"packet":{"dport":5003},"cause":"rule.iptables-nft","confidence":"proven",
 "rule":{"chain":"ufw-reject-input","manager":"ufw","managed":{"kind":"default"}},
 "advice":"to allow it: \`ip netns exec $srv ufw allow 5003/udp\`"}
JSON
in_ns srv ufw insert 1 allow 5002/udp
send cli "$V4" 5002
saw_reply "$V4"
