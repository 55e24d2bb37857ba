# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Rule sets as programs write them for nftables: each is named, by the names that it gives,
# and the advice is its own command.
need_module nft_fib_inet
topo

# given FILE: that rule set and no other, and unreach looking on.
given() {
	in_ns srv nft flush ruleset
	sed '/^#/d' "/t/rulesets/$1" | nft_in srv
	start_unreach
}
rule='"cause":"rule.nft","confidence":"proven","rule":{"engine":"nft"'

given firewalld.nft
send cli "$V4" 5001
saw_refused "$V4" 3 13 EHOSTUNREACH
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"table":"firewalld","chain":"filter_IN_public","manager":"firewalld",
  "managed":{"kind":"zone","name":"public"},
  "path":["filter_INPUT","filter_INPUT_ZONES","filter_IN_public"],"path_confidence":"likely"},
 "advice":"to allow it: \`firewall-cmd --zone=public --add-port=5001/udp\`",
 "also":[{"slug":"note.manager","text":"no rule of zone public of firewalld allows the packet"}]}
{$rule,"chain":"filter_IN_public_deny","manager":"firewalld",
  "managed":{"kind":"zone","name":"public"}},
 "advice":"see what rejects it with \`firewall-cmd --zone=public --list-all\`"}
JSON

given fail2ban.nft
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"table":"f2b-table","chain":"f2b-chain","manager":"fail2ban",
  "managed":{"kind":"jail","name":"dns"},"matched":[{"set":"addr-set-dns","element":"$C4"}]},
 "why":"re:^rejected by fail2ban's nftables rule",
 "advice":"to end the ban: \`fail2ban-client unban $C4\`"}
JSON

given kube-proxy.nft
send cli "$V4" 30053
saw_port_unreachable "$V4"
send cli 172.29.219.46 53
saw_port_unreachable "$V4"
send cli 172.29.219.46 54
saw_port_unreachable "$V4"
service='"manager":"kube-proxy","managed":{"kind":"service","name":"default/web:dns"}},
 "advice":"re:kubectl get endpointslices -n default -l kubernetes.io/service-name=web",
 "also":[{"slug":"note.manager","text":"re:Service default/web, port dns, has no ready endpoints"}]'
expect <<JSON
{"packet":{"dport":30053},$rule,"chain":"reject-chain","hook":"input",
  "path":["filter-input","nodeport-endpoints-check","reject-chain"],
  "matched":[{"map":"no-endpoint-nodeports","element":"udp . 30053"}],$service}
{"packet":{"dport":53},$rule,"chain":"reject-chain","hook":"forward",
  "path":["filter-forward","service-endpoints-check","reject-chain"],
  "matched":[{"map":"no-endpoint-services","element":"172.29.219.46 . udp . 53"}],$service}
{"packet":{"dport":54},$rule,"chain":"cluster-ips-check","hook":"forward",
  "managed":{"kind":"cluster-ip"},"matched":[{"set":"cluster-ips","element":"172.29.219.46"}]},
 "advice":"re:kubectl get services -A"}
JSON

given libvirt.nft
send cli "$K4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{$rule,"table":"libvirt_network","chain":"guest_input","manager":"libvirt",
  "managed":{"kind":"bridge","name":"k0"},"path":["forward","guest_input"]}}
JSON

given fw4.nft
send cli "$V4" 5001
saw_port_unreachable "$V4"
tcp cli "$V4" 5001
saw '{"result":"ECONNREFUSED"}'
expect <<JSON
{$rule,"table":"fw4","chain":"handle_reject","manager":"fw4",
  "managed":{"kind":"zone","name":"wan","confidence":"likely"},
  "path":["input","input_wan","reject_from_wan","handle_reject"],"path_confidence":"likely"},
 "advice":"re:src wan, proto udp, dest_port 5001"}
{"answer":"rst",$rule,"chain":"handle_reject","manager":"fw4",
  "text":"re:^meta l4proto tcp reject with tcp reset"}}
JSON
