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
errors=$(in_ns srv nstat -asz UdpInCsumErrors Udp6InCsumErrors | awk '/Csum/ {n += $2} END {print n}')
[ "$errors" = 2 ] || fail "srv counted $errors checksum errors, want 2: the packets did not arrive"
expect_none
