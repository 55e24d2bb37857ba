# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Somebody listens on the port, but in the container. Saying that is a bonus; saying
# that nobody listens in srv is the duty.
topo
listen ct 0.0.0.0 5001
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","packet":{"dst":"$V4","dport":5001},"netns":{"inum":$(inum srv),"name":"$srv"},
 "cause":"re:^socket\\\\.(none|netns)$","confidence":"re:^(proven|likely)$"}
JSON
