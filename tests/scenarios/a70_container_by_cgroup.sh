# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Where the process runs, by its cgroup: a container of Docker, one of a Kubernetes pod, a
# service of systemd, none of these. The folders are made by hand; their names are real.
topo
docker=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
cri=fedcba98765432100123456789abcdeffedcba98765432100123456789abcdef
folders=(
	"system.slice/docker-$docker.scope"
	"kubepods.slice/kubepods-burstable-pod30cea2cf_1b80_4807_abad_d81453e199c5.slice/cri-containerd-$cri.scope"
	system.slice/statsd.service
	user.slice/session-2.scope
)
cgroups=$SCENARIO_OUT/cgroups
mkdir -p "$cgroups"
mount -t cgroup2 none "$cgroups" || skip 'no cgroup version 2'
leave_cgroups() {
	local status=$? p i folder
	for p in "${pids[@]}"; do echo "$p" >"$cgroups/cgroup.procs" || true; done 2>/dev/null
	for ((i = ${#folders[@]} - 1; i >= 0; i--)); do
		folder=${folders[i]}
		while [ "$folder" != . ]; do
			rmdir "$cgroups/$folder" || true
			folder=$(dirname "$folder")
		done
	done 2>/dev/null
	umount "$cgroups"
	(exit "$status")
	cleanup
}
trap leave_cgroups EXIT
listeners=()
for i in 0 1 2 3; do
	listen srv 127.0.0.1 $((5001 + i))
	mkdir -p "$cgroups/${folders[i]}"
	echo "$pid" >"$cgroups/${folders[i]}/cgroup.procs"
	listeners+=("$pid")
done
start_unreach
for i in 0 1 2 3; do
	send cli "$V4" $((5001 + i))
	saw_port_unreachable "$V4"
done
expect <<JSON
{"packet":{"dport":5001},"cause":"socket.address","confidence":"proven",
 "why":"re:; udp_listen .pid ${listeners[0]}, container 0123456789ab. is bound to ",
 "sockets":[{"pid":${listeners[0]},"container":{"runtime":"docker","id":"$docker"},"unit":"absent:",
             "pod_uid":"absent:"}]}
{"packet":{"dport":5002},"why":"re:; udp_listen .pid ${listeners[1]}, container fedcba987654. is ",
 "sockets":[{"pid":${listeners[1]},"container":{"runtime":"containerd","id":"$cri"},
             "pod_uid":"30cea2cf-1b80-4807-abad-d81453e199c5"}]}
{"packet":{"dport":5003},"why":"re:; udp_listen .pid ${listeners[2]}, unit statsd.service. is ",
 "sockets":[{"pid":${listeners[2]},"container":"absent:","unit":"statsd.service"}]}
{"packet":{"dport":5004},"why":"re:; udp_listen .pid ${listeners[3]}. is ",
 "sockets":[{"pid":${listeners[3]},"container":"absent:","unit":"session-2.scope"}]}
JSON
