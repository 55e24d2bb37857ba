# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# "iptables -R" right after the rule fired: size and number of the table stay, and at the
# same place in it is another rule, which is never shown for the one that fired.
need_legacy iptables
topo
in_ns srv iptables-legacy -A INPUT -p udp --dport 5001 -m comment --comment first -j REJECT
in_ns srv iptables-legacy -A INPUT -p udp --dport 5003 -j ACCEPT
start_unreach
hold_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
in_ns srv iptables-legacy -R INPUT 1 -p udp --dport 5002 -m comment --comment first -j REJECT
release_unreach
expect <<JSON
{"cause":"rule.iptables","why":"re:the rules have changed since",
 "rule":{"engine":"iptables","table":"filter","hook":"input","number":null,"text":null,"comment":null}}
JSON
start_unreach
send cli "$V4" 5002
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.iptables","confidence":"proven",
 "rule":{"engine":"iptables","chain":"INPUT","number":1,"comment":"first",
         "text":"-A INPUT -p udp -m udp --dport 5002 -m comment --comment first -j REJECT --reject-with icmp-port-unreachable"}}
JSON
