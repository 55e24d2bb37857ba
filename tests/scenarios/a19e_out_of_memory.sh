# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The out-of-memory killer takes a service, in the cgroup that systemd would make for it.
topo
slice=/sys/fs/cgroup/system.slice unit=hog-$id.service
mkdir -p "$slice"
grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip 'no memory controller of cgroup 2'
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
echo +memory >"$slice/cgroup.subtree_control"
mkdir "$slice/$unit"
echo 16M >"$slice/$unit/memory.max"
start_unreach
start_program srv "$T/udp_end" hog 0.0.0.0 5001 --after 1 --comm hog
echo "$pid" >"$slice/$unit/cgroup.procs"
status=0
wait "$pid" || status=$?
[ "$status" = 137 ] || fail "the hog ended with status $status"
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.closed","confidence":"proven",
 "why":"re:hog \\\\(pid $pid, unit $unit\\\\) had 0.0.0.0:5001 until [0-9.]+ m?s ago, when the out-of-memory killer ended it",
 "advice":"re:^start hog again; see .systemctl status $unit., with more memory",
 "sockets":[{"state":"closed","pid":$pid,"comm":"hog","unit":"$unit","container":"absent:",
             "ended_by":"signal","signal":"SIGKILL","oom":true}]}
JSON
# Its cgroup goes, too: the name was noted.
rmdir "$slice/$unit"
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"cause":"socket.closed","sockets":[{"state":"closed","pid":$pid,"unit":"$unit"}]}
JSON
