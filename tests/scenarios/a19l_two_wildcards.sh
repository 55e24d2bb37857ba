# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two that had the same port on no address in particular, one of IPv6 and one of IPv4, are
# gone, the one that would not have taken the packet last: they are two, not one twice.
topo
start_unreach
start_program srv "$T/udp_end" close :: 5001 --after .1 --comm six
pause .5
start_program srv "$T/udp_end" close 0.0.0.0 5001 --after .1 --comm four
pause .5
send cli "$V6" 5001
saw_port_unreachable "$V6"
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"packet":{"dst":"$V6"},"cause":"socket.closed","confidence":"proven","why":"re:six .pid .* had \\\\[::\\\\]:5001 "}
{"packet":{"dst":"$V4"},"cause":"socket.closed","confidence":"proven","why":"re:four .pid .* had 0.0.0.0:5001 "}
JSON
