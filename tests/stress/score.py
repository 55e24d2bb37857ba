# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's rule for which UDP socket takes a packet, written down once more.

compute_score() of net/ipv4/udp.c and net/ipv6/udp.c, condition by condition; nothing of it is
taken from unreach, which it judges. Addresses are text as inet_ntop(3) writes it.
"""

from typing import NamedTuple

FITS = "fits"
ANY4, ANY6, MAPPED = "0.0.0.0", "::", "::ffff:"
NO_IPV4 = "127.0.0.6"  # LOOPBACK4_IPV6: what an IPv6 socket has where IPv4 addresses are


class Config(NamedTuple):
    """What a lookup sees of a socket."""

    family: int  # 4 or 6
    v6only: bool
    local: str
    port: int  # None: not known
    peer4: str  # inet_daddr
    peer6: str  # sk_v6_daddr
    peer_port: int
    device: str  # "-": none


class Packet(NamedTuple):
    family: int
    proto: int
    src: str
    sport: int
    dst: str
    dport: int
    device: str  # it comes in by; "a,b": by one of them


def local4(config):
    """inet_rcv_saddr"""
    if config.family == 4:
        return config.local
    if config.local == ANY6:
        return ANY4
    return config.local[len(MAPPED):] if config.local.startswith(MAPPED) else NO_IPV4


def device_fits(config, packet):
    return config.device in ("-", packet.device)


def devices(packet):
    """The packet by each device that it may have come in by."""
    return [packet._replace(device=device) for device in packet.device.split(",")]


def score4(config, packet):
    if config.family == 6 and config.v6only:
        return "family"
    if local4(config) not in (ANY4, packet.dst):
        return "address"
    if config.peer4 not in (ANY4, packet.src) or config.peer_port not in (0, packet.sport):
        return "peer"
    return FITS if device_fits(config, packet) else "device"


def score6(config, packet):
    if config.family != 6:
        return "family"
    if config.local not in (ANY6, packet.dst):
        return "address"
    if config.peer_port not in (0, packet.sport) or config.peer6 not in (ANY6, packet.src):
        return "peer"
    return FITS if device_fits(config, packet) else "device"


def score(config, packet):
    """The first condition that fails, or FITS."""
    return score4(config, packet) if packet.family == 4 else score6(config, packet)
