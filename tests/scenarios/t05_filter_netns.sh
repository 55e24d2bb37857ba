# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# --netns: by name, and by the process id of somebody in it. All is the default.
topo
listen srv 0.0.0.0 7000
for wanted in "$srv" "$pid"; do
	start_unreach --json --netns "$wanted"
	send cli "$V4" 5001
	saw_port_unreachable "$V4"
	send cli "$K4" 5002
	saw_port_unreachable "$K4"
	expect <<-JSON
		{"packet":{"dport":5001},"netns":{"inum":$(inum srv),"name":"$srv"}}
	JSON
	stop_unreach
done
status=0
timeout 30 unreach --netns no-such-namespace >/dev/null 2>"$SCENARIO_OUT/stderr" || status=$?
[ "$status" = 1 ] || [ "$status" = 2 ] || fail "a namespace that does not exist: status $status"
grep -q no-such-namespace "$SCENARIO_OUT/stderr" || fail 'the message does not name the namespace'
