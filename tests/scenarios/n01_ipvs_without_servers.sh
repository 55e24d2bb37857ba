# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An IPVS service whose real servers are all gone: UDP clients and, with an ICMP error in
# place of a reset, those of TCP are refused.
topo
need_module ip_vs_rr
need_command ipvsadm
in_ns srv ipvsadm -A -u "$V4:5001" -s rr
in_ns srv ipvsadm -A -t "$V4:8080" -s rr
in_ns srv ipvsadm -A -u "[$V6]:5001" -s rr
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
send cli "$V6" 5001
saw_port_unreachable "$V6"
tcp cli "$V4" 8080
expect <<JSON
{"outcome":"sent","cause":"ipvs.no-destination","confidence":"proven",
 "packet":{"proto":"udp","dst":"$V4","dport":5001},
 "why":"re:IPVS service 10.219.7.2:5001 .*no real server","advice":"re:ipvsadm -Ln"}
{"outcome":"sent","cause":"ipvs.no-destination","confidence":"proven",
 "packet":{"proto":"udp","dst":"$V6","dport":5001}}
{"outcome":"sent","cause":"ipvs.no-destination","confidence":"proven",
 "packet":{"proto":"tcp","dst":"$V4","dport":8080}}
JSON
