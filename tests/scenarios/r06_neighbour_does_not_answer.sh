# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A router's next hop does not answer ARP, or neighbour discovery: the client hears of it
# seconds later, from the router.
topo
start_unreach
send cli 172.29.219.77 53 --wait 4.5
saw_refused "$V4" 3 1 EHOSTUNREACH
send cli fd21:219::77 53 --wait 4.5
saw_refused "$V6" 1 3 EHOSTUNREACH
expect <<JSON
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"172.29.219.77"},"netns":{"name":"$srv"},
 "why":"re:ARP of the next hop to 172","advice":"re:ip neigh show nud failed"}
{"cause":"neighbour.failed","confidence":"proven","packet":{"dst":"fd21:219::77"},
 "why":"re:neighbour discovery of the next hop"}
JSON
