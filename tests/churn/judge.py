#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""judge.py DIR - no verdict names a rule other than the one that rejected its packet.

The truth lies in the packet: a port is rejected by rules of one generation only, each
generation answers with another ICMP code than those next to it, and none with that of a
port that nobody has, so an event's own code and port say which rule it was. What unreach
read of the rules afterwards (text, comment, chain) must be of that one, or not there.

  judge.py --self-test     can it fail?
"""
import json
import sys

CODES = [0, 1, 2, 9, 10, 13]
NEEDED = 10000
RELOADS = 1000


def wrong(e):
    """What is wrong with event e; None: nothing."""
    port = e["packet"]["dport"]
    n = (port - 20000) // 2
    code = e["icmp"]["code"]
    if code == 3:
        return None if e["cause"].startswith("socket.") else "a rule, for a port that nobody has"
    if not e["cause"].startswith("rule."):
        return "no rule, for a packet that one rejected"
    if code != CODES[n % 6]:
        return f"code {code}, where generation {n} says {CODES[n % 6]}: the test is broken"
    rule = e["rule"] or {}  # a module has just come: the engine is all that is known
    text, comment, chain = rule.get("text"), rule.get("comment"), rule.get("chain") or ""
    if text and (f"dport {port} " not in text or f"g{n}" not in text.replace('"', " ").split()):
        return f"text of another rule: {text}"
    if comment and comment != f"g{n}":
        return f"comment of another rule: {comment}"
    if chain.startswith("c") and chain != f"c{n}":
        return f"chain of another generation: {chain}"
    return None


def judge(events, reloads, needed=NEEDED, expected=RELOADS):
    """Lines to print, and whether all is well."""
    rules = [e for e in events if e["icmp"]["code"] != 3]
    bad = [(e, w) for e in events if (w := wrong(e))]
    shown = sum(1 for e in rules if (e.get("rule") or {}).get("text"))
    lines = [f"wrong: seq {e['seq']} port {e['packet']['dport']}: {w}" for e, w in bad[:20]]
    lines.append(f"{reloads} reloads, {len(rules)} verdicts about rules, {len(bad)} wrong; "
                 f"{shown} with the rule's text, {len(rules) - shown} without")
    ok = not bad and len(rules) >= needed and reloads >= expected and shown * 4 > len(rules)
    return lines, ok


def event(port, code, cause="rule.nft", **rule):
    return {"seq": 1, "packet": {"dport": port}, "icmp": {"code": code}, "cause": cause,
            "rule": rule}


def self_test():
    good = event(20002, 1, text='udp dport 20002 reject comment "g1"', comment="g1", chain="c1")
    silent = event(20002, 1, text=None, comment=None, chain="c1")
    bad = [
        event(20002, 1, text='udp dport 20004 reject comment "g2"', comment="g2"),
        event(20002, 1, text='udp dport 20003 reject comment "g1"', comment="g1"),
        event(20002, 1, text=None, comment="g10", chain="c1"),
        event(20002, 1, text=None, comment=None, chain="c2"),
        event(20002, 1, cause="socket.none"),
        event(20002, 2, text=None),
        event(20002, 3, text=None),
    ]
    assert judge([good, good, silent], 1, 3, 1)[1]
    assert judge([good, event(20002, 3, cause="socket.none")], 1, 1, 1)[1]
    for e in bad:
        assert not judge([good, good, good, e], 1, 1, 1)[1], e
    assert not judge([good], 1, 2, 1)[1]  # too few
    assert not judge([good], 1, 1, 2)[1]
    assert not judge([silent] * 4 + [good], 1, 1, 1)[1]  # says nothing, so is never wrong
    print("ok")


def main():
    if sys.argv[1] == "--self-test":
        self_test()
        return 0
    needed, expected = NEEDED, RELOADS
    if len(sys.argv) > 2:  # a shorter run
        expected = int(sys.argv[2])
        needed = 10 * expected
    with open(sys.argv[1] + "/events", encoding="utf-8") as f:
        events = [e for e in map(json.loads, f)
                  if e["packet"].get("proto") == "udp" and e["packet"].get("dport", 0) >= 20000]
    with open(sys.argv[1] + "/generations", encoding="utf-8") as f:
        reloads = len(f.readlines())
    lines, ok = judge(events, reloads, needed, expected)
    print("\n".join(lines))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
