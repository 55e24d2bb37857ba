# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# ct sends with cli's address for a source: the answer goes to cli, which never asked. The route
# back tells, unless the packet came in where the route leads.
topo
start_unreach
for pair in "$C4 172.29.219.1" "$C6 fd21:219::1"; do
	read -r src dst <<<"$pair"
	in_ns ct "$T/raw_send" spoof "$src" "$dst" 40001 5001 >/dev/null
	expect <<-JSON
		{"outcome":"sent","cause":"socket.none","confidence":"proven","packet":{"src":"$src","dst":"$dst","iif":"k0"},
		 "also":[{"slug":"note.spoofed-source","text":"re:came in on k0, but the route back to $src leaves by s0: .*likely"}]}
	JSON
done
# From itself, as it claims: the address is srv's own.
in_ns srv sysctl -q -w net.ipv4.conf.k0.accept_local=1
in_ns ct "$T/raw_send" spoof "$V4" 172.29.219.1 40001 5001 >/dev/null
expect <<JSON
{"cause":"socket.none","packet":{"src":"$V4","iif":"k0"},
 "also":[{"slug":"note.spoofed-source","text":"re:an address of this host's own.* came in on k0"}]}
JSON
# Both are as they should be.
send ct 172.29.219.1 5001
send cli 172.29.219.1 5001
expect <<JSON
{"cause":"socket.none","packet":{"iif":"k0"},"also":"absent:"}
{"cause":"socket.none","packet":{"iif":"s0"},"also":"absent:"}
JSON
