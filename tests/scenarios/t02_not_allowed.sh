# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Without privilege, or without the kernel's type information: status 3 and why.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
cp /usr/local/bin/unreach /tmp/unreach && chmod 755 /tmp/unreach
refuses() {
	local pattern=$1 status=0
	shift
	timeout 30 "$@" >"$SCENARIO_OUT/stdout" 2>"$SCENARIO_OUT/stderr" </dev/null || status=$?
	[ "$status" = 3 ] || fail "$*: status $status, want 3: $(cat "$SCENARIO_OUT/stderr")"
	grep -q -i -E "$pattern" "$SCENARIO_OUT/stderr" ||
		fail "$*: does not say '$pattern': $(cat "$SCENARIO_OUT/stderr")"
}
refuses 'CAP_(BPF|SYS_ADMIN|PERFMON)' \
	setpriv --reuid 65534 --regid 65534 --clear-groups /tmp/unreach --json
refuses 'BTF' unshare -m sh -c 'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec unreach --json'
