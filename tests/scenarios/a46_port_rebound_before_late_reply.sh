# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Control: the client is gone, but somebody else has its port when the answer comes.
# The answer goes to the wrong process and nothing is refused.
topo
listen srv 0.0.0.0 53 --delay .8
start_unreach
send cli "$V4" 53 --sport 40055 --close-after .02
listen cli 0.0.0.0 40055 --mute
sleep 1
grep -q '"got":5,' "$log" || fail "the answer did not reach the new owner of the port: $(cat "$log")"
expect_none
