# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The bytes of a match can look like the header of a rule: min=8256 here reads as "32
# bytes of expressions follow", which is what follows the match (counter and target).
# The handle must be the real rule's all the same.
need_module xt_length
topo
in_ns srv iptables-nft -A INPUT -p udp --dport 5001 -m length --length 8256:65535 -j REJECT
nft_rule srv ip filter INPUT 'dport 5001'
start_unreach
send cli "$V4" 5001 --size 9000
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.iptables-nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"iptables-nft","family":"ip","table":"filter","chain":"INPUT","handle":$handle}}
JSON
