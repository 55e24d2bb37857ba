# SPDX-License-Identifier: GPL-2.0-only
"""Can the judge fail? A small world with true verdicts, which it must accept, and then each of
them with one thing wrong, which it must not."""

import contextlib
import copy
import io
import json
import pathlib
import tempfile

MS = 1_000_000
START = 1_000_000 * MS
REAL = 1_700_000_000_000 * MS - START  # what CLOCK_REALTIME is ahead

SRV, CLI = 4026532001, 4026532002

# Process 101 has 127.0.0.1:5001 and a TCP listener on 5004, and had 0.0.0.0:5002 until it
# closed that; 102 had 0.0.0.0:5003 until it was killed.
BINDERS = """
100 1 N netns srv 4026532001
100 2 B fork
101 3 N born 100 b101
100 3 E 0 101
100 4 B fork
102 5 N born 100 b102
100 5 E 0 102
101 10 N open 101.1 4 17 -1 0 - 0
101 10 B bind 101.1 127.0.0.1 5001
101 11 E 0
101 12 N open 101.2 4 17 -1 0 - 0
101 12 B bind 101.2 0.0.0.0 5002
101 13 E 0
101 14 N open 101.3 4 6 -1 0 - 0
101 14 B bind 101.3 0.0.0.0 5004
101 15 E 0
102 16 N open 102.1 4 17 -1 0 - 7
102 16 B bind 102.1 0.0.0.0 5003
102 17 E 0
101 500 B close 101.2
101 501 E 0
100 600 B kill 102 9
100 601 E 0
100 602 N reap 102 9
"""


def at(ms):
    return START + round(ms * MS)


def packet(port, length):
    return {"proto": "udp", "src": "10.77.0.1", "sport": 21000, "dst": "10.77.0.2",
            "dport": port, "length": length, "iif": "s0"}


def verdict(ms, port, cause, **more):
    whole, ns = divmod(at(ms) + REAL, 1000 * MS)
    minutes, seconds = divmod(whole - 1_700_000_000, 60)
    stamp = f"2023-11-14T22:{13 + (20 + seconds + 60 * minutes) // 60:02}:" \
            f"{(20 + seconds) % 60:02}.{ns:09}Z"
    event = {"time": stamp, "icmp": {"to": "10.77.0.1"}, "packet": packet(port, 29 + port % 100),
             "netns": {"inum": SRV, "name": "srv"}, "cause": f"socket.{cause}",
             "confidence": "proven", "sockets": [], "count": 1, "history_ms": 5000}
    event.update(more)
    return event


def truth():
    address = {"proto": "udp", "state": "open", "mismatch": "address", "local": "127.0.0.1",
               "port": 5001, "uid": 0, "pid": 101, "comm": "b101", "as_of": "event"}
    closed = {"proto": "udp", "state": "closed", "local": "0.0.0.0", "port": 5002, "uid": 0,
              "pid": 101, "comm": "b101", "age_ms": 200, "ended_by": "close"}
    killed = {"proto": "udp", "state": "closed", "local": "0.0.0.0", "port": 5003, "uid": 7,
              "pid": 102, "comm": "b102", "age_ms": 199, "ended_by": "signal",
              "signal": "SIGKILL"}
    tcp = {"proto": "tcp", "state": "listen", "mismatch": "protocol", "local": "0.0.0.0",
           "port": 5004, "uid": 0, "pid": 101, "comm": "b101", "as_of": "after-event"}
    return [verdict(700, 5001, "address", sockets=[address]),
            verdict(700, 5002, "closed", sockets=[closed]),
            verdict(800, 5003, "closed", sockets=[killed]),
            verdict(800, 5004, "protocol", sockets=[tcp]),
            verdict(900, 5005, "none")]


def mutations():
    """Of which verdict, and what to put where."""
    for i in range(5):
        for cause in ("address", "device", "peer", "family", "protocol", "none", "closed",
                      "race", "nat"):
            if f"socket.{cause}" != truth()[i]["cause"]:
                yield i, ("cause",), f"socket.{cause}"
        yield i, ("cause",), "rule.nft"
        yield i, ("netns", "inum"), CLI
        yield i, ("netns", "name"), "two"
        yield i, ("packet", "iif"), "s1"
        yield i, ("packet", "length"), 999
        yield i, ("icmp", "to"), "10.77.0.9"
        yield i, ("sender",), {"pid": 200, "port": 21000}
        yield i, ("count",), 2
    for key, value in (("local", "0.0.0.0"), ("port", 5002), ("mismatch", "device"), ("uid", 1),
                       ("pid", 102), ("comm", "b102"), ("peer_port", 9), ("device", "s0"),
                       ("v6only", True), ("reuseport", True), ("proto", "udplite")):
        yield 0, ("sockets", 0, key), value
    yield 0, ("sockets",), []
    for i in (1, 2):
        for key, value in (("age_ms", 100), ("age_ms", 600), ("ended_by", "exit"), ("pid", 100),
                           ("comm", "b"), ("local", "127.0.0.1"), ("port", 5001)):
            yield i, ("sockets", 0, key), value
        yield i, ("sockets",), []
    yield 2, ("sockets", 0, "signal"), "SIGTERM"
    yield 3, ("sockets", 0, "pid"), 102
    yield 3, ("sockets", 0, "local"), "127.0.0.1"
    yield 4, ("sockets",), truth()[0]["sockets"]


def put(event, path, value):
    for key in path[:-1]:
        event = event[key]
    event[path[-1]] = value


def write(folder, events):
    lines = [line.split(" ", 2) for line in BINDERS.strip().splitlines()]
    (folder / "binders.srv").write_text(
        "".join(f"{pid} {at(int(ms))} {rest}\n" for pid, ms, rest in lines))
    (folder / "addresses").write_text("10.77.0.2 srv s0 s0\n10.77.0.1 cli c0 c0\n")
    (folder / "causes").write_text("socket.closed\nsocket.late-reply\n")
    (folder / "summary").write_text("")
    (folder / "snmp.srv").write_text("Udp: InDatagrams NoPorts\nUdp: 3 5\n")
    sent = [f"S {at(0)} cli {CLI} 200 senders"]
    for event, ms in zip(truth(), (700, 700, 800, 800, 900)):
        p = event["packet"]
        sent.append(f"{at(ms - 0.3)} {at(ms - 0.2)} 17 {p['src']} {p['sport']} {p['dst']} "
                    f"{p['dport']} {p['length']} 0")
    (folder / "senders.cli").write_text("\n".join(sent) + "\n")
    clocks = f"clocks {at(0)} {at(0) + REAL} 0\n"
    told = "".join(f"{at(1000)} {json.dumps(e)}\n" for e in events)
    (folder / "events").write_text(clocks + told + clocks)


def accepts(judge_class, events):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, events)
        judge = judge_class(folder)
        judge.judge_all()
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            good = judge.report(5)
        return good, text.getvalue()


def selftest(judge_class):
    """True when the judge tells true from false."""
    good, text = accepts(judge_class, truth())
    if not good:
        print(f"selftest: the truth is not accepted:\n{text}")
        return False
    fine, n = True, 0
    for i, path, value in mutations():
        events = copy.deepcopy(truth())
        put(events[i], path, value)
        n += 1
        if accepts(judge_class, events)[0]:
            print(f"selftest: accepted: verdict {i} with {path} = {value}")
            fine = False
    for i in range(5):
        n += 1
        if accepts(judge_class, truth()[:i] + truth()[i + 1:])[0]:
            print(f"selftest: accepted: verdict {i} is missing")
            fine = False
    if fine:
        print(f"ok selftest: the truth is accepted, and none of {n} falsehoods")
    return fine
