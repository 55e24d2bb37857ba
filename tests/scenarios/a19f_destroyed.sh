# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Somebody else destroys the socket with ss -K: the process that had it still runs. It lost a
# port that it had chosen for good, which the kernel keeps for it: such a socket is open. One
# of the kernel's choice is given up.
topo
need_command ss
start_unreach
start_program cli "$T/udp_end" keep "$V4" 53 --after 60
port=$(jq -s '.[] | select(.ready) | .port' "$log")
in_ns cli ss -K -u -n "sport = :$port" >/dev/null
[ -z "$(in_ns cli ss -unH "sport = :$port")" ] || skip 'this kernel does not destroy sockets'
send srv "$C4" "$port" --sport 53
saw_port_unreachable "$C4"
expect <<JSON
{"netns":{"name":"$cli"},"packet":{"dport":$port},"cause":"socket.late-reply","confidence":"proven",
 "why":"re:a socket of uid 0 had port $port, connected to it, until [0-9.]+ m?s ago, when ss .pid [0-9]+. destroyed it",
 "sockets":[{"state":"closed","ended_by":"destroyed","comm":"ss","bound":"absent:"}]}
JSON
