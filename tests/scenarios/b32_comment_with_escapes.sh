# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A comment from outside can hold anything. JSON keeps it as data; nothing that comes
# out may reach a terminal as a control sequence. The text form is checked by t05.
topo
in_ns srv nft add table inet filter
in_ns srv nft 'add chain inet filter input { type filter hook input priority 0; }'
in_ns srv nft "add rule inet filter input udp dport 5001 reject comment \"$(printf 'red \033[31m alert \007 end')\""
handle=$(in_ns srv nft -a list chain inet filter input | sed -n 's/.*dport 5001.* # handle //p')
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"rule.nft","confidence":"proven","rule":{"table":"filter","chain":"input",
 "handle":$handle,"comment":"re:^red .*alert .* end$"}}
JSON
no_control_characters "$got"
