# SPDX-License-Identifier: GPL-2.0-only
# later.py FORMAT < FILE - the capture file as a later version might have written it: with fields,
# in each object, that nobody knows today, and the format's number FORMAT.
import json
import struct
import sys

RECORD, FIRST, MORE = 2988, b"unreach:", b"unreach+:"


def later(value):
    if isinstance(value, list):
        return [later(v) for v in value]
    if not isinstance(value, dict) or "hex" in value:
        return value
    new = {"later": 7, "later_text": "\u20ac\n", "later_list": [1, {"a": None}], "later_object": {"seq": 9}}
    return {**new, **{k: later(v) for k, v in value.items()}, "last": -0.5}


def options(block, at, end):
    while at + 4 <= end:
        code, n = struct.unpack_from("<HH", block, at)
        if code:
            yield code, block[at + 4 : at + 4 + n]
        at += 4 + (n + 3 & ~3)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def rewritten(block, number):
    caught = struct.unpack_from("<I", block, 20)[0]
    begin, record, pen, others = 28 + (caught + 3 & ~3), b"", b"", b""
    for code, value in options(block, begin, len(block) - 4):
        for prefix in (FIRST, MORE):
            if code == RECORD and value[4:].startswith(prefix):
                pen, record = value[:4], record + value[4 + len(prefix) :]
                break
        else:
            others += option(code, value)
    if not record:
        return block
    record = json.loads(record)
    record.update(format=number, by="unreach 99.0.0")
    text, prefix = json.dumps(later(record)).encode(), FIRST
    while text:
        others += option(RECORD, pen + prefix + text[:30000])
        text, prefix = text[30000:], MORE
    body = block[8:begin] + others + option(0, b"")
    length = struct.pack("<I", len(body) + 12)
    return block[:4] + length + body + length


data, at = sys.stdin.buffer.read(), 0
while at + 12 <= len(data):
    kind, length = struct.unpack_from("<II", data, at)
    block = data[at : at + length]
    sys.stdout.buffer.write(rewritten(block, int(sys.argv[1])) if kind == 6 else block)
    at += length
