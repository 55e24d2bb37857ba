# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The real traceroute through srv to ct. The first hop's answers are Time Exceeded,
# which is none of our business; the last hop's are the unreachables that it wants.
need_command traceroute
topo
start_unreach
said=$(in_ns cli traceroute -n -q 1 -N 1 -w 2 "$K4" 2>&1)
grep -q "^ 2  $K4 " <<<"$said" || fail "traceroute saw: $said"
expect <<JSON
{"outcome":"sent","packet":{"proto":"udp","src":"$C4","dst":"$K4","dport":33435},
 "netns":{"name":"$ct"},"cause":"socket.none","confidence":"proven","also":[{"slug":"note.traceroute"}]}
JSON
