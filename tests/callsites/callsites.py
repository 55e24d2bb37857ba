#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""callsites - who sends Destination Unreachable, read from a kernel's source.

usage: callsites.py SOURCE-TREE

Prints one line for each call of a function that sends ICMP errors, where the type is
Destination Unreachable or not a constant: family, code ("*" when it is no constant),
calling function, type ("*"), file. Macros and wrappers that only pass on are no callers.
"""
import re
import sys
from pathlib import Path

SENDERS = {
    "icmp_send": 4, "__icmp_send": 4, "icmp_ndo_send": 4,
    "icmpv6_send": 6, "icmp6_send": 6, "icmpv6_ndo_send": 6,
}
# They pass on what they are asked, and are followed to their callers.
WRAPPERS = set(SENDERS) | {"__icmpv6_send"}
UNREACH = {4: "ICMP_DEST_UNREACH", 6: "ICMPV6_DEST_UNREACH"}
CALL = re.compile(r"\b(" + "|".join(SENDERS) + r")\s*\(")
FUNCTION = re.compile(r"^[A-Za-z_][^;={}]*?\b([A-Za-z_]\w*)\s*\([^;{}]*\)[^;{}()]*$", re.S)


def blank(m):
    return re.sub(r"[^\n]", " ", m.group(0))


def code_only(text):
    """The text without comments, strings and directives, every line where it was."""
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", blank, text, flags=re.M)


def arguments(text, at):
    """The arguments of the call whose parenthesis opens before @at, and where it ends."""
    depth, start, args = 1, at, []
    while at < len(text):
        c = text[at]
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
            if depth == 0:
                args.append(text[start:at])
                return [" ".join(a.split()) for a in args], at + 1
        elif c == "," and depth == 1:
            args.append(text[start:at])
            start = at + 1
        at += 1
    return None, at


def functions(text):
    """(begin, end, name) of each function body: a block at depth 0 behind a parameter list."""
    depth, last, begin = 0, 0, 0
    for m in re.finditer(r"[{};]", text):
        c = m.group(0)
        if c == "{":
            if depth == 0:
                begin = m.start()
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                head = FUNCTION.match(text[last:begin].strip())
                if head:
                    yield begin, m.end(), head.group(1)
                last = m.end()
            depth = max(depth, 0)
        elif depth == 0:
            last = m.end()


def constant(arg):
    return arg if re.fullmatch(r"[A-Z][A-Z0-9_]*|\d+", arg) else "*"


def sites(path, text):
    if "icmp" not in text or not CALL.search(text):
        return
    text = code_only(text)
    bodies = list(functions(text))
    for m in CALL.finditer(text):
        args, _ = arguments(text, m.end())
        where = next((n for b, e, n in bodies if b < m.start() < e), None)
        family = SENDERS[m.group(1)]
        if where in WRAPPERS or args is None or len(args) < 4:
            continue
        if not where:
            if path.suffix == ".c" and not re.search(r"[*\s]\w+$", args[0]):
                sys.exit(f"{path}: {' '.join(m.group(0).split())}{args}: in which function?")
            continue
        kind, code = constant(args[1]), constant(args[2])
        if kind in (UNREACH[family], "*"):
            yield f"{family} {code} {where} {kind} {path}"


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "net/ipv4/icmp.c").is_file():
        sys.exit(__doc__)
    top = Path(sys.argv[1])
    found = set()
    for file in sorted(top.rglob("*.[ch]")):
        if file.parts[len(top.parts)] in ("tools", "samples", "Documentation", "scripts"):
            continue
        found.update(sites(file.relative_to(top), file.read_text(errors="replace")))
    print("\n".join(sorted(found)))


main()
