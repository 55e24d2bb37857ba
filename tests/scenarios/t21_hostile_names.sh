# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A namespace, its interface, a rule's comment and chain, a process and its cgroup with names that
# a terminal would obey, that are no UTF-8, or that would end a string: told, and obeyed nowhere.
[ "$TRAFFIC_ONLY" = no ] || skip 'no unreach'
odd=$'t21\e[31m\xff"\u202e\u009b7mns' odd_if=$'l\e[7m"\xfe\'`'
comm=$'c\e]0;x\a\n"\u202e'
group=/sys/fs/cgroup/$'t21\e[2J".service'
ip netns add "$odd"
in_ns "$odd" ip link set lo name "$odd_if"
in_ns "$odd" ip link set "$odd_if" up
in_ns "$odd" nft add table ip filter
in_ns "$odd" nft 'add chain ip filter input { type filter hook input priority 0; }'
in_ns "$odd" nft "add rule ip filter input udp dport 5001 reject comment \"$(printf 'red \033[31m \377\342\200\256 end')\""
start_program "$odd" "$T/udp_listen" 127.0.0.2 5002 --comm "$comm"
holder=$pid
if mkdir "$group" 2>/dev/null; then
	echo "$holder" >"$group/cgroup.procs"
fi

start_unreach --json -w "$SCENARIO_OUT/all.pcapng" --print
send "$odd" 127.0.0.1 5001
send "$odd" 127.0.0.1 5002
expect <<JSON
{"cause":"rule.nft","netns":{"name":"re:^t21.*ns$"},"packet":{"iif":"re:^l.*"},
 "rule":{"table":"filter","chain":"input","comment":"re:^red .* end$"}}
{"cause":"socket.address","sockets":[{"pid":$holder,"comm":"re:^c.*"}]}
JSON
no_control_characters "$got"
[[ $got != *[^[:print:][:space:]]* ]] || fail "not only ASCII: ${got@Q}"
stop_unreach

# safe FILE: UTF-8 throughout, and nothing in it that acts.
safe() {
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || fail "$1 is no UTF-8: $(cat -v "$1")"
	! LC_ALL=C grep -q -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]' "$1" ||
		fail "$1 has what a terminal obeys: $(cat -v "$1")"
	grep -q 't21' "$1" || fail "$1 has nothing of it: $(cat -v "$1")"
}
for form in "" -v -q --summary; do
	# shellcheck disable=SC2086
	unreach -r "$SCENARIO_OUT/all.pcapng" $form >"$SCENARIO_OUT/text" 2>&1
	safe "$SCENARIO_OUT/text"
done
! in_ns "$odd" true || ip netns del "$odd"
kill -9 "$holder"
wait "$holder" 2>/dev/null || true
[ ! -d "$group" ] || rmdir "$group" || true
