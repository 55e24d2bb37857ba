# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Negative: a datagram with a wrong checksum is dropped before anything is refused.
topo
start_unreach
start_program cli "$T/pkt_read" c0
wire=$log
in_ns cli "$T/raw_send" badcsum "$C4" "$V4" 4001 5001 >/dev/null
in_ns cli "$T/raw_send" badcsum "$C6" "$V6" 4001 5001 >/dev/null
sleep .3
! grep -q '"kind":"unreachable"' "$wire" || fail "the wire says otherwise: $(cat "$wire")"
mib srv UdpInCsumErrors Udp6InCsumErrors
[ "$mib" = 2 ] || fail "srv counted $mib checksum errors, want 2: the packets did not arrive"
mib srv UdpNoPorts Udp6NoPorts
[ "$mib" = 0 ] || fail "srv counted $mib datagrams to no port"
none_left srv
expect_none
