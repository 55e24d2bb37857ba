# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The client was not connected, but conntrack knows who began the flow: the answer is late.
# A service can begin one, too: where the program chose the port, it is no more than likely.
# A packet that begins a flow is no answer, whatever its ports look like.
topo
need_command nft
nft_in cli <<<'table inet t { chain c { type filter hook input priority 0; ct state new counter accept; }; chain o { type filter hook output priority 0; ct state new counter accept; }; }'
listen srv 0.0.0.0 53 --delay .3 --comm named
listen srv :: 54 --delay .3
start_unreach
send cli "$V4" 53 --close-after .02
pause .5
send cli "$V4" 53 --sport 40053 --close-after .02
pause .5
send cli "$V6" 54 --close-after .02
pause .5
expect <<JSON
{"netns":{"name":"$cli"},"packet":{"src":"$V4","sport":53},
 "cause":"socket.late-reply","confidence":"proven","why":"re:conntrack",
 "sockets":[{"state":"closed","bound":"absent:","peer":"absent:"}]}
{"packet":{"dport":40053},"cause":"socket.late-reply","confidence":"likely","why":"re:conntrack",
 "sockets":[{"state":"closed","port":40053,"bound":true}]}
{"packet":{"dst":"$C6"},"cause":"socket.late-reply","confidence":"proven","why":"re:conntrack",
 "sockets":[{"state":"closed","bound":"absent:","peer":"absent:"}]}
JSON
listen cli 0.0.0.0 40055
kill -9 "$pid"
wait "$pid" || true
send srv "$C4" 40055 --sport 530
saw_port_unreachable "$C4"
expect <<JSON
{"packet":{"sport":530,"dport":40055},"cause":"socket.closed","confidence":"proven",
 "sockets":[{"state":"closed","signal":"SIGKILL"}]}
JSON
