# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# As A05D, over IPv6.
topo
listen srv 0.0.0.0 5001 --comm four
four=$pid
start_unreach
send cli "$V6" 5001
saw_port_unreachable "$V6"
listen srv ::1 5001 --comm local
loc=$pid
send cli "$V6" 5001
saw_port_unreachable "$V6"
listen srv "$V6" 5001 --reuseport --peer fd21:9707::9/9 --comm other
other=$pid
send cli "$V6" 5001
saw_port_unreachable "$V6"
listen srv "$V6" 5001 --reuseport --dev k0 --comm inner
send cli "$V6" 5001
saw_port_unreachable "$V6"
expect <<JSON
{"cause":"socket.family","confidence":"proven","sockets":[{"mismatch":"family","local":"0.0.0.0","pid":$four}]}
{"cause":"socket.address","confidence":"proven","why":"re:local \\\\(pid $loc\\\\)",
 "sockets":[{"mismatch":"family","pid":$four},{"mismatch":"address","local":"::1","pid":$loc}]}
{"cause":"socket.peer","confidence":"proven","why":"re:other \\\\(pid $other\\\\)",
 "sockets":[{"mismatch":"family","pid":$four},{"mismatch":"address","pid":$loc},
            {"mismatch":"peer","local":"$V6","peer":"fd21:9707::9","peer_port":9,"pid":$other}]}
{"cause":"socket.device","confidence":"proven","why":"re:inner \\\\(pid $pid\\\\).*k0.*s0",
 "sockets":[{"mismatch":"family","pid":$four},{"mismatch":"address","pid":$loc},
            {"mismatch":"peer","pid":$other},{"mismatch":"device","device":"k0","pid":$pid}]}
JSON
