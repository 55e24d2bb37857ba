# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# -v shows more than -q, and both show the event.
topo
listen srv 127.0.0.1 5001
size() {
	start_unreach -n "$@"
	send cli "$V4" 5001
	saw_port_unreachable "$V4"
	sleep 1.5
	stop_unreach
	grep -q 5001 "$SCENARIO_OUT/events.json" || fail "unreach $*: the event is not shown"
	bytes=$(stat -c %s "$SCENARIO_OUT/events.json")
}
size -v
verbose=$bytes
size -q
quiet=$bytes
[ "$verbose" -gt "$quiet" ] || fail "-v prints $verbose bytes, -q $quiet"
