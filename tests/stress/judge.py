#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hold what unreach said in a stress run against what happened.

usage: judge.py FOLDER [--want N]
       judge.py --selftest

FOLDER is what tests/stress/guest left. Every event of unreach is matched with the datagram
that it is about, and judged by what the logs leave possible: a "proven" verdict, or a socket
or process shown as a fact, that is not possible is an error, and its whole story is printed.
Counted besides: verdicts that stayed short of "proven" though nothing was ambiguous, and
datagrams that the kernel refused and nobody explained. Exit status: 0 all is well, 1 not.
"""

import argparse
import collections
import datetime
import json
import pathlib
import sys

from case import Case
from score import Packet
from selftest import selftest
from world import NS_PER_S, TCP, UDP, UDPLITE, World

PROTOCOLS = {"udp": UDP, "udplite": UDPLITE}
UNPROVEN_MAX = 0.05  # of the unambiguous
STORIES_MAX = 12
CLOCKS = NS_PER_S // 5000  # how well CLOCK_REALTIME and CLOCK_MONOTONIC are held together
AROUND = 2 * NS_PER_S  # how much of a story is told


class Event:
    def __init__(self, read, seen, offset):
        self.read = read  # when the line came
        self.json = seen
        day, _, fraction = seen["time"].rstrip("Z").partition(".")
        when = datetime.datetime.fromisoformat(day + "+00:00")
        self.time = int(when.timestamp()) * NS_PER_S + int(fraction) - offset

    def key(self):
        p = self.json["packet"]
        return (PROTOCOLS.get(p["proto"]), p["src"], p.get("sport"), p["dst"], p.get("dport"),
                p["length"])


def read_events(path):
    clocks, events = [], []
    for line in path.read_text().splitlines():
        head, _, rest = line.partition(" ")
        if head == "clocks":
            at, real, _ = rest.split()
            clocks.append(int(real) - int(at))
        else:
            events.append((int(head), json.loads(rest)))
    if len(clocks) != 2 or abs(clocks[0] - clocks[1]) > NS_PER_S // 1000:
        raise ValueError(f"{path}: the clocks were not read twice alike: {clocks}")
    return [Event(at, seen, clocks[0]) for at, seen in events]


def refused(path):
    """UDP datagrams that found no socket, as the namespace's kernel counted them."""
    total, names = 0, []
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] in ("Udp6NoPorts", "UdpLite6NoPorts"):
            total += int(words[1])
        elif words[0] in ("Udp:", "UdpLite:"):
            if words[1].isdigit():
                total += int(words[names.index("NoPorts")])
            names = words
    return total


class Judge:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.world = World().load(folder)
        self.causes = set((self.folder / "causes").read_text().split())
        self.events = read_events(self.folder / "events")
        self.sent = collections.defaultdict(list)
        for d in self.world.datagrams:
            if not d.errno:
                key = (d.proto, d.src, d.sport, d.dst, d.dport, d.length)
                self.sent[key].append(d)
        self.errors = []  # (event, case, problems)
        self.count = collections.Counter()
        self.verdicts = collections.Counter()
        self.unproven = []
        self.explained = collections.Counter()  # by namespace

    def datagram(self, event):
        """The latest that could have been it."""
        sent = [d for d in self.sent.get(event.key(), ()) if d.before <= event.time + CLOCKS]
        return max(sent, key=lambda d: d.before, default=None)

    def judge_all(self):
        for event in self.events:
            self.judge(event)

    def judge(self, event):
        seen = event.json
        self.verdicts[seen["cause"], seen["confidence"]] += seen["count"]
        datagram = self.datagram(event)
        if not datagram:
            self.count["unmatched"] += 1
            self.errors.append((event, None, ["no such datagram was sent before"]))
            return
        self.explained[datagram.netns] += seen["count"]
        packet = Packet(4 if ":" not in datagram.dst else 6, datagram.proto, datagram.src,
                        datagram.sport, datagram.dst, datagram.dport, datagram.device)
        case = Case(self.world, self.causes, event, datagram, packet)
        problems = case.problems()
        self.count["judged"] += 1
        self.count["clear" if case.is_clear() else "ambiguous"] += 1
        if problems:
            self.errors.append((event, case, problems))
        elif case.is_clear() and not case.is_as_sure_as_can_be():
            self.unproven.append((event, case))

    # ---- nothing is lost silently

    def lost(self):
        """Refused without an event, less what unreach itself says it could not show."""
        total = 0
        for path in sorted(self.folder.glob("snmp.*")):
            name = path.name.partition(".")[2]
            missing = refused(path) - self.explained[name]
            if missing < 0:
                self.errors.append((None, None, [f"netns {name}: {-missing} more verdicts than "
                                                 "datagrams that the kernel refused"]))
            total += missing
        owned_up = 0
        for line in (self.folder / "summary").read_text().splitlines():
            words = line.split()
            if "without details:" in line and words[0].isdigit():
                owned_up += int(words[0])
        self.count["lost, and said so"] = owned_up
        if total > owned_up:
            self.errors.append((None, None, [f"{total} datagrams were refused without an event, "
                                             f"unreach owns up to {owned_up}"]))
        return total

    # ---- the report

    def tell(self, event, case, problems):
        for problem in problems:
            print(f"  WRONG {problem}")
        if not event:
            return
        print(f"  event {json.dumps(event.json)}")
        if not case:
            return
        d = case.datagram
        zero = d.before
        print(f"  datagram of process {d.sender} to {d.netns}, device {d.device}; times in ms "
              f"from when it was sent: sent by {(d.after - zero) / 1e6:.3f}, "
              f"refused {(event.time - zero) / 1e6:.3f}, told {(event.read - zero) / 1e6:.3f}")
        print(f"  possible: {case.describe()}")
        for socket in case.on_port:
            for time, line in socket.story:
                if abs(time - zero) < AROUND or case.concerns(socket):
                    print(f"    {(time - zero) / 1e6:12.3f}  {line}")
            if case.concerns(socket):
                lo, hi = ((t - zero) / 1e6 for t in socket.end)
                print(f"    {lo:12.3f}  {socket.name} ends, by {hi:.3f}, "
                      f"held by {sorted(socket.holds)}")

    def report(self, want):
        lost = self.lost()
        for (cause, confidence), n in sorted(self.verdicts.items()):
            print(f"{n:8}  {cause} {confidence}")
        clear, bad = self.count["clear"], len(self.unproven)
        share = bad / clear if clear else 1
        print(f"{self.count['judged']} verdicts judged, {clear} of them clear, "
              f"{self.count['ambiguous']} with something in transition; "
              f"{bad} clear ones not proven ({100 * share:.2f} %); "
              f"{lost} lost, {self.count['lost, and said so']} by unreach's own count; "
              f"{len(self.world.sockets)} sockets, {len(self.world.processes)} processes, "
              f"{len(self.world.netns)} namespaces, {len(self.world.datagrams)} datagrams")
        if share > UNPROVEN_MAX:
            print(f"too many of the clear cases are not proven: {100 * share:.2f} %")
            for event, case in self.unproven[:STORIES_MAX]:
                self.tell(event, case, ["not proven, though nothing was ambiguous"])
        if self.count["judged"] < want:
            print(f"too few verdicts: {want} are wanted")
        for event, case, problems in self.errors[:STORIES_MAX]:
            self.tell(event, case, problems)
        print(f"{len(self.errors)} wrong")
        return share <= UNPROVEN_MAX and self.count["judged"] >= want and not self.errors


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--selftest", action="store_true")
    parser.add_argument("--want", type=int, default=1)
    args = parser.parse_args()
    if args.selftest:
        return 0 if selftest(Judge) else 1
    if not args.folder:
        parser.error("which folder?")
    judge = Judge(args.folder)
    judge.judge_all()
    return 0 if judge.report(args.want) else 1


if __name__ == "__main__":
    sys.exit(main())
