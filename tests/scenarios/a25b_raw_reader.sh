# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A program that reads UDP through a raw socket gets a copy, and the client an error.
topo
start_program srv "$T/reader" raw4 17 --comm probe
probe=$pid probed=$log
start_program srv "$T/reader" raw6 17 --comm probe6
start_program srv "$T/reader" raw4 1
start_program ct "$T/reader" raw4 17
start_unreach
send cli "$V4" 9003
saw_port_unreachable "$V4"
wait_file "$probed" '"got":33' # the reader has seen the packet
send cli "$V6" 9003
saw_port_unreachable "$V6"
expect <<JSON
{"packet":{"dst":"$V4"},"cause":"socket.none","confidence":"proven","sockets":[],
 "readers":[{"kind":"raw","pid":$probe,"comm":"probe"}],
 "also":[{"slug":"note.raw-reader","text":"re:^probe .pid $probe. reads UDP through a raw socket: "}]}
{"packet":{"dst":"$V6"},"cause":"socket.none","confidence":"proven",
 "readers":[{"kind":"raw","comm":"probe6"}],
 "also":[{"slug":"note.raw-reader","text":"re:^probe6 "}]}
JSON
