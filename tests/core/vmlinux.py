#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The kernel inside of an x86 vmlinuz, as an ELF file: vmlinux.py VMLINUZ VMLINUX

By Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, payload_offset and payload_length at
0x248, counted from the protected-mode code on.
"""
import lzma
import struct
import subprocess
import sys
import zlib

data = open(sys.argv[1], "rb").read()
start = ((data[0x1F1] or 4) + 1) * 512
offset, length = struct.unpack_from("<II", data, 0x248)
payload = data[start + offset : start + offset + length]


def tool(*command):
    # The size of what comes out is behind it, which these take for garbage.
    return subprocess.run(command, input=payload, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False).stdout


if payload.startswith(b"\xfd7zXZ\0"):
    kernel = lzma.LZMADecompressor().decompress(payload)
elif payload.startswith(b"\x28\xb5\x2f\xfd"):
    kernel = tool("zstd", "-dcq")
elif payload.startswith(b"\x02\x21\x4c\x18"):
    kernel = tool("lz4", "-dcq")
else:
    kernel = zlib.decompressobj(31).decompress(payload)
if not kernel.startswith(b"\x7fELF"):
    sys.exit(f"{sys.argv[1]}: no kernel was found in it")
open(sys.argv[2], "wb").write(kernel)
