# SPDX-License-Identifier: GPL-2.0-only
# answers.py FILE - the answers that -w wrote: one line for each, named by the packet before it,
# which it must answer.
import struct
import sys


def packets(data):
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            n = struct.unpack_from("<I", data, at + 20)[0]
            options = data[at + 28 + (n + 3 & ~3) : at + length]
            yield data[at + 28 : at + 28 + n], b"unreach=answer" in options
        at += length


def head(p):
    return (p[0] & 15) * 4 if p[0] >> 4 == 4 else 40


def proto(p):
    return p[9] if p[0] >> 4 == 4 else p[6]


def ports(p):
    return struct.unpack_from(">HH", p, head(p))


def key(p):
    names = {6: "tcp", 17: "udp"}
    return "%s/%d" % (names.get(proto(p), proto(p)), ports(p)[1])


def fits(answer, packet):
    if proto(answer) == 6:
        return ports(answer) == ports(packet)[::-1]
    return answer[head(answer) + 8 :] == packet[: len(answer) - head(answer) - 8]


last = b""
for packet, is_answer in packets(open(sys.argv[1], "rb").read()):
    if not is_answer:
        last = packet
    elif last and fits(packet, last):
        print("%s/%d/%s" % ("rst" if proto(packet) == 6 else "icmp", last[0] >> 4, key(last)))
    else:
        print("WRONG an answer to another packet:", packet.hex(), last.hex())
