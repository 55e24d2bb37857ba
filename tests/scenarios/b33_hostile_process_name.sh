# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The process that holds the port has a name with an escape sequence and a quote.
topo
listen srv 127.0.0.1 5001 --comm "$(printf 'x\033[2J"y')"
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.address","confidence":"proven","sockets":[{"pid":$pid,"comm":"re:^x.*y$"}]}
JSON
no_control_characters "$got"
