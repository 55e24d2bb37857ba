# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Rule sets as programs write them through iptables: each is named, by the names that it
# gives, and the advice is its own command.
topo
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0

# given FILE: that rule set and no other, and unreach looking on.
given() {
	in_ns srv nft flush ruleset
	in_ns srv iptables-nft-restore "/t/rulesets/$1"
	start_unreach
}
rule='"cause":"rule.iptables-nft","confidence":"proven","rule":{"engine":"iptables-nft","table":"filter"'

given ufw.rules
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V4" 5002
saw_port_unreachable "$V4"
send cli "$V4" 5004
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dport":5001},$rule,"chain":"ufw-user-input","manager":"ufw","managed":{"kind":"user"},
  "path":["INPUT","ufw-before-input","ufw-user-input"]},
 "advice":"re:^to allow it: .ip netns exec $srv ufw allow 5001/udp.; with"}
{"packet":{"dport":5002},$rule,"chain":"ufw-user-input","manager":"ufw"},
 "advice":"re:ufw insert 1 allow 5002/udp.$"}
{"packet":{"dport":5004},$rule,"chain":"ufw-reject-input","manager":"ufw",
  "managed":{"kind":"default"},"policy":"drop"},"why":"re:^rejected by ufw's iptables-nft rule",
 "advice":"re:ufw allow 5004/udp.$"}
JSON

given fail2ban.rules
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"chain":"f2b-dns2","manager":"fail2ban","managed":{"kind":"jail","name":"dns2"}},
 "advice":"to end the ban: \`fail2ban-client unban $C4\`"}
JSON

given kube-proxy.rules
send cli "$V4" 30053
saw_port_unreachable "$V4"
send cli 172.29.219.46 53
saw_port_unreachable "$V4"
service='"manager":"kube-proxy","managed":{"kind":"service","name":"default/web:dns"}},
 "advice":"re:kubectl get endpointslices -n default -l kubernetes.io/service-name=web",
 "also":[{"slug":"note.manager","text":"Service default/web, port dns, has no ready endpoints"}]'
expect <<JSON
{$rule,"chain":"KUBE-EXTERNAL-SERVICES","hook":"input",$service}
{$rule,"chain":"KUBE-SERVICES","hook":"forward",$service}
JSON

given docker.rules
send cli "$K4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
expect <<JSON
{$rule,"chain":"DOCKER-USER","hook":"forward","manager":"docker","managed":{"kind":"user"}},
 "advice":"re:iptables-nft -t filter -S DOCKER-USER"}
JSON

given libvirt.rules
send cli "$K4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"chain":"LIBVIRT_FWI","hook":"forward","manager":"libvirt",
  "managed":{"kind":"bridge","name":"k0"},"path":["FORWARD","LIBVIRT_FWI"]},
 "advice":"re:virsh net-dumpxml"}
JSON

given calico.rules
send cli "$K4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"chain":"cali-tw-k0","hook":"forward","manager":"calico",
  "path":["FORWARD","cali-FORWARD","cali-to-wl-dispatch","cali-tw-k0"]},
 "advice":"re:kubectl get networkpolicies"}
JSON

given shorewall.rules
send cli "$V4" 5004
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"manager":"shorewall"},"advice":"re:shorewall show net-fw.*/etc/shorewall/rules"}
JSON
