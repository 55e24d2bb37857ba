# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Four sockets on the port, and each fails for a reason of its own. The kernel looks at
# family, address, peer, device, in this order: the one that came farthest is named, all
# are shown.
topo
listen srv :: 5001 --v6only 1 --reuseport --comm six
six=$pid
listen srv 127.0.0.1 5001 --comm local
loc=$pid
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.address","confidence":"proven","why":"re:local \\\\(pid $loc\\\\) is bound to 127",
 "sockets":[{"mismatch":"family","local":"::","v6only":true,"pid":$six,"comm":"six"},
            {"mismatch":"address","local":"127.0.0.1","pid":$loc,"comm":"local"}]}
JSON
listen srv "$V4" 5001 --reuseport --peer 10.219.7.9/9 --comm other
other=$pid
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.peer","confidence":"proven","why":"re:other \\\\(pid $other\\\\)",
 "sockets":[{"mismatch":"family","pid":$six},{"mismatch":"address","pid":$loc},
            {"mismatch":"peer","local":"$V4","peer":"10.219.7.9","peer_port":9,"pid":$other}]}
JSON
listen srv 0.0.0.0 5001 --reuseport --dev k0 --comm inner
inner=$pid
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.device","confidence":"proven","why":"re:inner \\\\(pid $inner\\\\).*k0.*s0",
 "sockets":[{"mismatch":"family","pid":$six},{"mismatch":"address","pid":$loc},
            {"mismatch":"peer","pid":$other},
            {"mismatch":"device","local":"0.0.0.0","device":"k0","pid":$inner}]}
JSON
