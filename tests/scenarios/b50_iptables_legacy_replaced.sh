# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# "iptables -R" right after the rule fired: size and number of the table stay, and at the
# same place in it is another rule, which is never shown for the one that fired. That one's
# text is, where it was read before; its number would be the other's by now.
need_legacy iptables
topo
rule=(-p udp --dport 5001 -m comment --comment first -j REJECT)
text='-A INPUT -p udp -m udp --dport 5001 -m comment --comment first -j REJECT --reject-with icmp-port-unreachable'
in_ns srv iptables-legacy -A INPUT "${rule[@]}"
in_ns srv iptables-legacy -A INPUT -p udp --dport 5003 -j ACCEPT
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<<'{"cause":"rule.iptables","rule":{"number":1,"text":"'"$text"'"}}'
hold_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
in_ns srv iptables-legacy -R INPUT 1 -p udp --dport 5002 -m comment --comment first -j REJECT
release_unreach
expect <<JSON
{"cause":"rule.iptables","confidence":"proven",
 "rule":{"engine":"iptables","table":"filter","chain":"INPUT","hook":"input","number":null,
         "comment":"first","text":"$text"}}
JSON

# One that came and went while nobody looked.
hold_unreach
in_ns srv iptables-legacy -R INPUT 1 -p udp --dport 5005 -m comment --comment first -j REJECT
send cli "$V4" 5005
saw_port_unreachable "$V4"
in_ns srv iptables-legacy -R INPUT 1 -p udp --dport 5002 -m comment --comment first -j REJECT
release_unreach
expect <<JSON
{"cause":"rule.iptables","why":"re:the rules have changed since",
 "rule":{"engine":"iptables","table":"filter","hook":"input","number":null,"text":null,"comment":null}}
JSON
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.iptables","confidence":"proven",
 "rule":{"engine":"iptables","chain":"INPUT","number":1,"comment":"first",
         "text":"re:--dport 5002 -m comment --comment first -j REJECT"}}
JSON

# The first packet after a change: that the table is the one it met is known all the same.
in_ns srv iptables-legacy -N web
in_ns srv iptables-legacy -A web -p udp --dport 5006 -j REJECT
in_ns srv iptables-legacy -I INPUT -p udp -j web
send cli "$V4" 5006
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.iptables","rule":{"chain":"web","number":1,"base_chain":"INPUT",
 "path":["INPUT","web"],"path_confidence":"proven"}}
JSON
