# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# load.sh - more groups of the guest's, which sources it: many namespaces, more packets than can
# be told of, and another tracer at the same work.
# shellcheck disable=SC2034,SC2086,SC2154 # the guest's variables

# namespaces: a miss, and the start, with so many network namespaces beside ours.
namespaces() {
	local n i=0
	for n in 1 10 100 1000; do
		for (( ; i < n; i++)); do echo "netns add many$i"; done | ip -batch -
		i=$n
		if [ "$phase" = on ]; then
			end
			begin "start.namespaces.$n" unreach -q --all
		fi
		row "namespaces.$n" miss "$V4" $closed "${veth[@]}"
		[ "$phase" != on ] || put "memory.rss.namespaces.$n" "\"median\":$(rss)"
	done
	for ((i = 0; i < 1000; i++)); do echo "netns del many$i"; done | ip -batch -
}

# totals: how many answers there were by unreach's count, and of them without details.
totals() {
	local lines
	lines=$(wc -l </tmp/tracer)
	kill -USR1 "$pid"
	until tail -n "+$((lines + 1))" /tmp/tracer | grep -q ' in '; do pause 0.1; done
	catch_up
	tail -n "+$((lines + 1))" /tmp/tracer | awk '
		/^unreach: / { all = $2 ~ /^[0-9]+$/ ? $2 : 0 }
		/without details: the/ { lost += $1 } # not those that are still to be told of
		END { print all + 0, lost + 0 }'
}

missed() { in_ns srv grep '^Udp: [0-9]' /proc/net/snmp | cut -d ' ' -f 3; }

# saturate ROW PORTS: refuse ever more a second, for four seconds each, until details are lost.
# The count must be the kernel's all the same.
saturate() {
	local name=$1 ports=$2 rate best=0 counted lost before_counted before_lost before got
	for rate in 100 200 300 400 500 700 1000 2000 4000 8000 16000 32000 48000; do
		before=$(missed)
		read -r before_counted before_lost < <(totals)
		in_ns cli /t/bin/udp_flood "$V4" 20000 --ports "$ports" --rate "$rate" -n $((rate * 4)) >/tmp/flood
		catch_up
		read -r counted lost < <(totals)
		counted=$((counted - before_counted))
		[ "$counted" = $(($(missed) - before)) ] || {
			put "$name" "\"error\":\"$counted counted, $(($(missed) - before)) refused\""
			return 0
		}
		got=$(($(field "$(</tmp/flood)" sent) * 1000 / $(field "$(</tmp/flood)" ms)))
		say "$name: $got a second, $((lost - before_lost)) without details of $counted"
		[ "$lost" = "$before_lost" ] || break
		best=$got
		[ "$got" -gt $((rate * 9 / 10)) ] || break # no more can be sent
	done
	put "$name" "\"median\":$best"
}

# saturation: refused packets a second, of which none is without details: each of another
# flow, told of one by one; and all of one. The processor has 1,000 million instructions a
# second, for sender, kernel and reader.
saturation() {
	[ "$phase" = on ] || return 0
	end
	begin start.saturation sh -c 'exec unreach --json --all >/dev/null'
	saturate saturation.full 20000
	end
	begin start.saturation sh -c 'exec unreach --json >/dev/null'
	saturate saturation.ports 20000
	saturate saturation.flow 1
}

# peer: the same by a script of bpftrace's, which is the tracer in this guest.
peer() {
	row peer.delivered.udp udp "$V4" $open "${veth[@]}"
	row peer.delivered.tcp tcp "$V4" $open "${veth[@]}"
	row peer.miss miss "$V4" $closed "${veth[@]}"
	row peer.close bind "$V4" $open "${veth[@]}"
	[ "$phase" != on ] || put peer.rss "\"median\":$(rss)"
}

# peer_main: without the script, and with it.
peer_main() {
	run_group peer
	phase=on dozing=20000000
	export __BPFTRACE_NOTIFY_PROBES_ATTACHED=1
	begin start.peer --says PROBES_ATTACHED bpftrace /t/bench/unreach.bt
	run_group peer
	end
}
