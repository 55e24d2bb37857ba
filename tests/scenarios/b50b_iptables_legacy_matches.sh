# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Matches that keep things for themselves in the kernel, or are long, don't make a rule look
# like another one: limit, hashlimit, conntrack, multiport, string, comment.
need_legacy ip6tables
topo
v4=(-p udp -m multiport --dports '5001,5005' -m conntrack --ctstate NEW -m limit --limit 50/second
	-m comment --comment "$(printf 'x%.0s' {1..255})" -j REJECT)
v6=(-p udp --dport 5001 -m hashlimit --hashlimit-upto 50/second --hashlimit-name some
	-m string --algo bm --string uuu -j REJECT --reject-with icmp6-adm-prohibited)
in_ns srv iptables-legacy -A INPUT "${v4[@]}"
in_ns srv ip6tables-legacy -A INPUT -p tcp -j ACCEPT
in_ns srv ip6tables-legacy -A INPUT "${v6[@]}"
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_refused "$V6" 1 1 EACCES
expect <<JSON
{"cause":"rule.iptables","confidence":"proven","rule":{"number":1,"text":"re:multiport .*ctstate NEW.* -j REJECT"}}
{"cause":"rule.iptables","confidence":"proven","rule":{"number":2,"text":"re:hashlimit.*string.* -j REJECT"}}
JSON
