# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The real nc -u against a closed port.
need_command nc
topo
start_unreach
echo hello | in_ns cli nc -u -w 1 "$V4" 5001 || true
expect <<JSON
{"outcome":"sent","packet":{"proto":"udp","src":"$C4","dst":"$V4","dport":5001},
 "netns":{"name":"$srv"},"cause":"socket.none","confidence":"proven"}
JSON
