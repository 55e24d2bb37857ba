# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The old engine, in a chain of the user's: the number counts within that chain.
need_legacy iptables
topo
in_ns srv iptables-legacy -N zone
in_ns srv iptables-legacy -A INPUT -i s0 -j zone
in_ns srv iptables-legacy -A zone -p udp --dport 4999 -j ACCEPT
in_ns srv iptables-legacy -A zone -p udp --dport 5000 -j ACCEPT
in_ns srv iptables-legacy -A zone -p udp --dport 5001 -j REJECT --reject-with icmp-host-prohibited
start_unreach
send cli "$V4" 5001
saw_refused "$V4" 3 10 EHOSTUNREACH
expect <<JSON
{"outcome":"sent","icmp":{"type":3,"code":10},"cause":"rule.iptables","confidence":"proven",
 "netns":{"name":"$srv"},
 "rule":{"engine":"iptables","family":"ip","table":"filter","chain":"zone","number":3,
         "hook":"input","text":"-A zone -p udp -m udp --dport 5001 -j REJECT --reject-with icmp-host-prohibited",
         "path":["INPUT","zone"],"way":[{"chain":"INPUT","number":1,"text":"-A INPUT -i s0 -j zone"}]}}
JSON
