# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Ports are published as container engines do it, through a chain of their own, with
# iptables over nftables and with legacy iptables: a flow that is older goes past.
topo
for kind in nft legacy; do
	need_command "iptables-$kind"
	[ "$kind" = nft ] || need_legacy iptables
	port=$([ "$kind" = nft ] && echo 5301 || echo 5302)
	nat() { in_ns srv "iptables-$kind" -w -t nat "$@"; }
	need_module xt_nat
	nat -N DOCKER
	nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
	nat -A DOCKER -i k0 -j RETURN
	# What makes conntrack look on in this namespace at all.
	nat -A DOCKER -p tcp -m tcp --dport 80 -j DNAT --to-destination "$K4:8080"
	start_unreach
	send cli "$V4" "$port" --sport 41000
	saw_port_unreachable "$V4"
	expect <<-JSON
		{"cause":"socket.none","confidence":"proven","nat":"absent:"}
	JSON
	nat -A DOCKER ! -i k0 -p udp -m udp --dport "$port" -m comment --comment "-j ACCEPT" \
		-j DNAT --to-destination "$K4:53"
	send cli "$V4" "$port" --sport 41000
	saw_port_unreachable "$V4"
	expect <<-JSON
		{"cause":"socket.stale-nat","confidence":"proven","packet":{"dst":"$V4","dport":$port},
		 "nat":{"stale":true,"rule_now":"re:^(-A DOCKER ! -i k0 .*--to-destination|iifname != .k0. udp dport $port .*dnat to) $K4:53"}}
	JSON
	send cli "$V4" "$port" --sport 41001
	saw_port_unreachable "$V4"
	expect <<-JSON
		{"cause":"socket.nat","confidence":"proven","netns":{"name":"$ct"},
		 "nat":{"original_dport":$port,"translated_dport":53,"stale":"absent:"}}
	JSON
	nat -F
	nat -X
done
