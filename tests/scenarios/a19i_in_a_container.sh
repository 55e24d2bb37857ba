# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A service in a container is killed. While the container's cgroup is there, its whole path is
# known; then the part of its name that was noted.
topo
container=$(printf '%064x' 0xfeedc0de4711)
container=${container//0/7}
group=/sys/fs/cgroup/system.slice/docker-$container.scope
mkdir -p "$group"
start_unreach
listen ct 0.0.0.0 5001 --comm redis
echo "$pid" >"$group/cgroup.procs"
kill -9 "$pid"
wait "$pid" || true
send srv "$K4" 5001
saw_port_unreachable "$K4"
expect <<JSON
{"cause":"socket.closed","confidence":"proven","why":"re:redis \\\\(pid $pid, container ${container:0:12}\\\\) had",
 "sockets":[{"state":"closed","pid":$pid,"signal":"SIGKILL","container":{"runtime":"docker","id":"$container"}}]}
JSON
rmdir "$group"
send srv "$K4" 5001
saw_port_unreachable "$K4"
expect <<JSON
{"cause":"socket.closed","sockets":[{"state":"closed","pid":$pid,"container":{"id":"re:^${container:0:12}"}}]}
JSON
