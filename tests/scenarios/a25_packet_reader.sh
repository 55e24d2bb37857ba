# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A capture daemon sees what comes for a port that no socket has. The kernel refuses it all
# the same: a packet socket owns no port. One that reads another device, or the other IP
# version, has nothing to do with it.
topo
start_program srv "$T/reader" packet all --dev k0
start_program srv "$T/reader" packet all --dev s0 --comm capture
capture=$pid captured=$log
start_program srv "$T/reader" packet ipv6 --comm capture6
capture6=$pid
start_unreach
send cli "$V4" 9003
saw_port_unreachable "$V4"
wait_file "$captured" '"got":33' # the reader has seen the packet
send cli "$V6" 9003
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"dst":"$V4"},"cause":"socket.none","confidence":"proven","sockets":[],
 "readers":[{"kind":"packet","device":"s0","pid":$capture,"comm":"capture"}],
 "also":[{"slug":"note.packet-reader","text":"re:^capture .pid $capture. reads packets off s0: "}]}
{"packet":{"dst":"$V6"},"cause":"socket.none","confidence":"proven",
 "readers":[{"kind":"packet","pid":$capture,"device":"s0"},
            {"kind":"packet","pid":$capture6,"device":"absent:"}],
 "also":[{"slug":"note.packet-reader","text":"re:and 1 more"}]}
JSON
# With a socket on the port, that is the explanation.
listen srv 127.0.0.1 9003
send cli "$V4" 9003
expect <<JSON
{"cause":"socket.address","also":"absent:","readers":"absent:"}
JSON
