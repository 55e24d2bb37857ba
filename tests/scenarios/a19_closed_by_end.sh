# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A service ends, each time another way, and the next packet is refused.
topo
start_unreach

# ended HOW PORT TO FIELDS OPTION...: a service on PORT that a signal ends, or its OPTIONs.
ended() {
	local how=$1 port=$2 to=$3 fields=$4 any=0.0.0.0
	shift 4
	[[ $to != *:* ]] || any=::
	start_program srv "$T/udp_end" "${1:-term}" "$any" "$port" --comm statsd "${@:2}"
	[ "$how" = wait ] || kill "-$how" "$pid"
	wait "$pid" || true
	send cli "$to" "$port"
	saw_port_unreachable "$to"
	expect <<-JSON
		{"packet":{"dst":"$to","dport":$port},"netns":{"name":"$srv"},
		 "cause":"socket.closed","confidence":"proven","why":"re:statsd \\\\(pid $pid\\\\) had ",
		 "says:":"\"age_ms\": ?[0-9]+,.*\"history_ms\": ?[0-9]+",
		 "sockets":[{"state":"closed","mismatch":"none","port":$port,"pid":$pid,"comm":"statsd",
		             "bound":true,"as_of":"event",$fields}]}
	JSON
}

ended KILL 5001 "$V4" '"ended_by":"signal","signal":"SIGKILL","oom":"absent:","exit_status":"absent:"' close --after 60
ended SEGV 5002 "$V4" '"ended_by":"signal","signal":"SIGSEGV"' close --after 60
ended TERM 5003 "$V6" '"ended_by":"signal","signal":"SIGTERM"' close --after 60
ended TERM 5004 "$V4" '"ended_by":"exit","exit_status":7,"signal":"absent:"' term --status 7
ended wait 5005 "$V4" '"ended_by":"exit","exit_status":0' exit --after .1
ended wait 5006 "$V6" '"ended_by":"exit","exit_status":3' exit --after .1 --status 3
