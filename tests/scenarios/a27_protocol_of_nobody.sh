# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Protocols that neither the kernel nor a raw socket takes.
topo
start_unreach
in_ns cli "$T/raw_send" rawip "$C4" "$V4" 253 >/dev/null
in_ns cli "$T/raw_send" rawip "$C4" "$V4" 132 >/dev/null
expect <<JSON
{"outcome":"sent","cause":"protocol.none","confidence":"proven","icmp":{"type":3,"code":2},
 "packet":{"dst":"$V4"},"why":"re:IP protocol 253"}
{"outcome":"sent","cause":"protocol.none","confidence":"proven","why":"re:IP protocol 132 .SCTP",
 "advice":"re:modprobe sctp"}
JSON
