# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# SIGINT ends it in order: what was seen is printed, counts too, status 0. (SIGTERM ends
# the shared tracer of every run, and t10's.)
topo
start_unreach --json
send cli "$V4" 5001
saw_port_unreachable "$V4"
# At once: what is still in the ring must come out all the same.
stop_unreach INT
[ "$unreach_status" = 0 ] || fail "ended with status $unreach_status"
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.none"}
JSON
grep -q '[0-9]' "$unreach_err" || fail 'no counts on standard error'
