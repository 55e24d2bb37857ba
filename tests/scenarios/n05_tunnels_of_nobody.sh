# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernel has the protocol, and no tunnel and no IPsec state takes the packet: it answers with a
# port unreachable although there are no ports. IPv4 and IPv6; a virtual tunnel interface's
# module takes ESP, AH and IPComp to refuse what none of its interfaces is for.
topo
need_module ip_gre
need_module ipip
want=''
# bare VERSION PROTOCOL CAUSE WHY [MODULE]: a packet of the protocol, refused; where the kernel has
# the module.
bare() {
	local src=$C4 dst=$V4 icmp='"type":3,"code":3'
	[ "$1" = 4 ] || src=$C6 dst=$V6 icmp='"type":1,"code":4'
	modprobe -q "$5" || return 0
	in_ns cli "$T/raw_send" rawip "$src" "$dst" "$2" >/dev/null
	want+="{\"outcome\":\"sent\",\"cause\":\"$3\",\"confidence\":\"proven\","
	want+="\"icmp\":{$icmp},\"packet\":{\"dst\":\"$dst\"},\"why\":\"re:$4\"}"$'\n'
}
in_ns srv sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0
start_unreach
bare 4 47 tunnel.no-endpoint 'no GRE tunnel takes packets from' ip_gre
bare 4 4 tunnel.no-endpoint 'tunnel takes packets from' ipip
bare 4 137 tunnel.no-endpoint 'MPLS-in-IP tunnel takes packets from' ipip
bare 4 41 tunnel.no-endpoint 'tunnel takes packets from' sit
bare 6 47 tunnel.no-endpoint 'no GRE tunnel takes packets from' ip6_gre
bare 6 41 tunnel.no-endpoint 'tunnel takes packets from' ip6_tunnel
bare 6 4 tunnel.no-endpoint 'tunnel takes packets from' ip6_tunnel
bare 6 137 tunnel.no-endpoint 'MPLS-in-IP tunnel takes packets from' ip6_tunnel
# Where ESP itself is there, it is ESP that takes the packet, and says nothing.
if ! grep -qE '^(esp4|ah4|ipcomp) ' /proc/modules; then
	bare 4 50 xfrm.no-state 'ESP' ip_vti
	bare 4 51 xfrm.no-state 'AH' ip_vti
	bare 4 108 xfrm.no-state 'IPComp' ip_vti
fi
if ! grep -qE '^(esp6|ah6|ipcomp6) ' /proc/modules; then
	bare 6 50 xfrm.no-state 'ESP' ip6_vti
	bare 6 51 xfrm.no-state 'AH' ip6_vti
	bare 6 108 xfrm.no-state 'IPComp' ip6_vti
fi
expect <<<"$want"
