# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The late DNS answer: the client has given up and closed its socket when it comes. Its
# socket was connected, or else only the ports speak for it.
topo
listen srv 0.0.0.0 53 --delay .3 --comm named
listen srv :: 54 --delay .3
start_unreach
send cli "$V4" 53 --connect --close-after .02
connected=$sport connected_pid=$(jq .pid <<<"$result")
pause .5
send cli "$V4" 53 --close-after .02
chosen=$sport
pause .5
send cli "$V4" 53 --sport 40053 --close-after .02
pause .5
send cli "$V6" 54 --connect --close-after .02
pause .5
expect <<JSON
{"netns":{"name":"$cli"},"packet":{"src":"$V4","sport":53,"dst":"$C4","dport":$connected},
 "cause":"socket.late-reply","confidence":"proven",
 "why":"re:^a late reply from $V4:53: udp_send \\\\(pid $connected_pid\\\\) had port $connected, connected to it, until [0-9.]+ m?s ago, when it closed the socket; harmless$",
 "sockets":[{"state":"closed","mismatch":"none","local":"$C4","port":$connected,"peer":"$V4",
             "peer_port":53,"ended_by":"close","pid":$connected_pid,"comm":"udp_send",
             "bound":"absent:"}],"says:":"\"age_ms\": ?[0-9]{1,3},"}
{"packet":{"dst":"$C4","dport":$chosen},"cause":"socket.late-reply","confidence":"likely",
 "sockets":[{"state":"closed","port":$chosen,"bound":"absent:","peer":"absent:"}]}
{"packet":{"dst":"$C4","dport":40053},"cause":"socket.late-reply","confidence":"likely",
 "sockets":[{"state":"closed","port":40053,"bound":true}]}
{"packet":{"src":"$V6","sport":54,"dst":"$C6"},"cause":"socket.late-reply","confidence":"proven",
 "sockets":[{"state":"closed","local":"$C6","peer":"$V6","peer_port":54}]}
JSON
