# SPDX-License-Identifier: GPL-2.0-only
"""One verdict, and what was possible when it was made.

The packet was refused at some moment between its sending and the time of the event, and the
sockets on its port were read right after; a processor may stand still in between (under
emulation, for long), while others go on.
"""

import os
import signal

from score import FITS, devices, score
from world import NEVER, NS_PER_S, TCP, UDP, UDPLITE

STILL = NS_PER_S // 10  # how long a processor may stand still
LATELY = NS_PER_S       # a socket that ended within it must be remembered
MS = 1_000_000
SOCKETS_MAX = 16        # that one event shows

# How far the kernel's test came: who failed at the last condition is the nearest miss.
NEARNESS = {"protocol": 1, "family": 2, "address": 3, "peer": 4, "device": 5, FITS: 6}
MISMATCH = {"none": FITS}
NAMES = {UDP: "udp", UDPLITE: "udplite", TCP: "tcp"}


class Case:
    def __init__(self, world, causes, event, datagram, packet):
        self.world, self.causes = world, causes
        self.event, self.seen = event, event.json
        self.datagram, self.packet = datagram, packet
        self.netns = datagram.netns
        self.span = (datagram.before, event.time + STILL)
        self.snapshot = (event.time, event.time + STILL)
        self.on_port = world.on_port(self.netns, packet.dport)
        self.same = [s for s in self.on_port if s.proto == packet.proto]
        self.others = [s for s in self.on_port if s.proto not in (packet.proto, TCP)]
        self.tcp = [s for s in self.on_port if s.proto == TCP]
        self.muddled = any(s.is_muddled(self.span[1]) for s in self.same)
        self.open = [s for s in self.same if self.ways(s)]

    # ---- what was possible

    def ways(self, socket, span=None):
        """How the socket may have failed, if it was there."""
        return {score(c, packet) for packet in devices(self.packet)
                for c in socket.during(*(span or self.span)) if c and
                c.port in (self.packet.dport, None)}

    def is_certain(self, socket, span=None):
        """It was there all the time, and as it was."""
        found = socket.during(*(span or self.span))
        return len(found) == 1 and None not in found and len(self.ways(socket, span)) == 1 and \
            next(iter(found)).port == self.packet.dport

    def is_there(self, socket, span):
        """It was there all the time, perhaps changing."""
        return all(c and c.port == self.packet.dport for c in socket.during(*span))

    def listened(self):
        """TCP: True, False, or None for "perhaps"."""
        span = (self.span[0], max(self.span[1], self.event.read))
        found = [s.during(*span) for s in self.tcp]
        if any(None not in f for f in found):
            return True
        return None if any(any(f) for f in found) else False

    def elsewhere(self):
        """May the port be open in another namespace by the time that unreach looks?"""
        span = (self.span[0] - 6 * NS_PER_S, self.event.read)
        return any(any(s.during(*span)) for (netns, port), sockets in self.world.by_port.items()
                   if port == self.packet.dport and netns != self.netns for s in sockets)

    def is_clear(self):
        """Nothing that concerns the packet was in transition."""
        if self.muddled or any(not self.is_certain(s) for s in self.open):
            return False
        if any(any(s.during(*self.span)) and None in s.during(*self.span) for s in self.others):
            return False
        return bool(self.open) or self.listened() is not None

    def is_as_sure_as_can_be(self):
        if self.seen["confidence"] == "proven":
            return True
        return self.seen["cause"] == "socket.netns" and not self.open and self.elsewhere()

    # ---- the verdict

    def problems(self):
        found = self.wrong_packet() + self.wrong_netns() + self.wrong_sender()
        if self.muddled:
            return found
        found += self.wrong_sockets()
        if self.seen["confidence"] == "proven":
            found += self.wrong_cause(self.seen["cause"])
        return found

    def wrong_packet(self):
        found = []
        came_by = "lo" if self.datagram.local else self.packet.device
        if self.seen["packet"].get("iif") != came_by:
            found.append(f"the packet came by {came_by}")
        if self.seen["icmp"]["to"] != self.packet.src:
            found.append("the answer goes to somebody else")
        if self.event.read < self.event.time:
            found.append("it was told before it happened")
        return found

    def wrong_netns(self):
        netns = self.seen["netns"]
        if netns["inum"] != self.world.netns[self.netns]:
            return [f"it was in namespace {self.netns}, {self.world.netns[self.netns]}"]
        if netns.get("name") not in (None, self.netns):
            return [f"it was in namespace {self.netns}"]
        return []

    def wrong_sender(self):
        sender = self.seen.get("sender")
        if not sender:
            return []
        found = []
        if not self.datagram.local:
            found.append("the sender was in another namespace")
        if sender.get("pid") not in (None, self.datagram.sender):
            found.append(f"the sender was process {self.datagram.sender}")
        if sender.get("port") not in (None, self.packet.sport):
            found.append("the sender was on another port")
        return found

    def wrong_cause(self, cause):
        group, _, what = cause.partition(".")
        if group != "socket":
            return [f"the cause can't be {cause}: no socket fitted"]
        if what == "protocol":
            return self.wrong_protocol()
        if what in NEARNESS:
            return self.wrong_mismatch(what)
        if what == "none":
            return self.wrong_none()
        if what in ("closed", "late-reply"):
            return self.wrong_closed(what)
        return [f"{cause} can't be proven here"]

    def wrong_mismatch(self, what):
        if not any(what in self.ways(s) for s in self.open):
            return [f"no socket can have failed by {what}"]
        for s in self.open:
            if self.is_there(s, self.span) and \
               min(NEARNESS[w] for w in self.ways(s)) > NEARNESS[what]:
                return [f"socket {s.name} was a nearer miss: {'/'.join(sorted(self.ways(s)))}"]
        return self.forgotten()

    def wrong_protocol(self):
        if any(self.is_there(s, self.span) for s in self.open):
            return ["a socket of the packet's own protocol was on the port"]
        if not any(any(s.during(*self.span)) for s in self.tcp + self.others):
            return ["nothing of another protocol was on the port at that time"]
        return self.forgotten()

    def wrong_none(self):
        there = [s for s in self.open if self.is_there(s, self.span)]
        if there:
            return [f"socket {there[0].name} was on the port"]
        notes = {a["slug"] for a in self.seen.get("also", ())}
        if self.listened() and "note.not-looked" not in notes:
            return ["TCP had the port"]
        return self.forgotten()

    # ---- sockets that are gone

    def fitted(self, socket):
        """It certainly fitted the packet until it ended."""
        phases = [p for p in socket.phases if p.config]
        return bool(phases) and phases[-1].hi < NEVER and \
            all(score(phases[-1].config, p) == FITS for p in devices(self.packet)) and \
            socket.end[1] < NEVER

    def ended_before(self):
        """Those that would have taken the packet, were certainly there before it was refused,
        and not any more: who was there when it was sent had ended when it was refused."""
        return [s for s in self.same if self.fitted(s) and
                (s.end[1] <= self.event.time or
                 (s.end[0] <= self.event.time and s.phases[-2].hi < self.span[0]))]

    def forgotten(self):
        """Was a socket closed lately that the verdict should have been about?"""
        if "socket.closed" not in self.causes:
            return []
        # How far back it remembers all of a port, unreach says itself.
        back = min(LATELY, self.seen.get("history_ms", 0) * MS)
        for s in self.ended_before():
            if s.end[0] > self.event.time - back:
                return [f"socket {s.name} had just been closed"]
        return []

    def wrong_closed(self, what):
        entries = [e for e in self.seen.get("sockets") or () if e["state"] == "closed"]
        if not entries:
            return [f"{what} without a closed socket"]
        if not any(self.tells_truth(e) for e in entries):
            return [f"{what}: no such socket was closed then, or not so"]
        for s in self.open:
            if self.is_there(s, self.span) and self.ways(s) == {FITS}:
                return [f"socket {s.name} was there and fitted"]
        return []

    def tells_truth(self, entry):
        return any(self.is_it(entry, s) for s in self.same)

    def is_it(self, entry, socket):
        ended = self.event.time - entry["age_ms"] * MS
        lo, hi = socket.end
        configs = [p.config for p in socket.phases[-3:] if p.config]
        if not configs or not any(self.looks_like(entry, c) for c in configs):
            return False
        if ended < lo - 2 * MS or ended > hi + 2 * MS:
            return False
        return self.is_ended_by(entry, socket)

    def is_ended_by(self, entry, socket):
        for pid, hold in socket.closers().items():
            if entry.get("pid") not in (None, pid):
                continue
            process = self.world.processes[pid]
            if entry.get("comm") not in (None, process.comm):
                continue
            how = entry.get("ended_by")
            if how in (None, "disconnect") or (hold.by_close and how == "close"):
                return True
            if hold.by_close or process.status is None:
                continue
            if os.WIFEXITED(process.status) and how == "exit":
                return entry.get("status") in (None, os.WEXITSTATUS(process.status))
            if os.WIFSIGNALED(process.status) and how == "signal":
                name = signal.Signals(os.WTERMSIG(process.status)).name
                return entry.get("signal") in (None, name)
        return False

    # ---- sockets that are there

    @staticmethod
    def looks_like(entry, config):
        return entry["local"] == config.local and entry["port"] == config.port and \
            entry.get("peer_port", 0) == config.peer_port and \
            (not config.peer_port or
             entry.get("peer") == (config.peer4 if config.family == 4 else config.peer6)) and \
            entry.get("device") in (None, config.device) and \
            bool(entry.get("v6only")) == config.v6only

    def may_be(self, entry, socket):
        """Can @socket be what the event shows as @entry?"""
        mismatch = MISMATCH.get(entry.get("mismatch"), entry.get("mismatch"))
        if entry["uid"] != socket.uid or bool(entry.get("reuseport")) != socket.reuseport:
            return False
        if not any(c and self.looks_like(entry, c) for c in socket.during(*self.snapshot)):
            return False
        if socket.proto == self.packet.proto and mismatch not in self.ways(socket, self.snapshot):
            return False
        pid = entry.get("pid")
        if pid is None:
            return True
        return pid in socket.holders(self.event.time, self.event.read) and \
            entry.get("comm") in (None, self.world.processes[pid].comm)

    def wrong_sockets(self):
        shown = self.seen.get("sockets")
        if shown is None:
            return []
        later = [e for e in shown if e["state"] != "closed" and e["as_of"] == "after-event"]
        found = self.wrong_later(later)
        shown = [e for e in shown if e["state"] == "open" and e not in later]
        for entry in shown:
            if entry["proto"] not in (NAMES[s.proto] for s in self.same + self.others):
                found.append(f"no such socket: {entry}")
        own = [e for e in shown if e["proto"] == NAMES[self.packet.proto]]
        left = self.pair(own, found)
        if len(shown) < SOCKETS_MAX and not self.seen.get("sockets_partial"):
            found += [f"socket {s.name} was on the port and is not shown" for s in left
                      if self.is_there(s, self.snapshot)]
        for entry in shown:
            if entry not in own and not any(self.may_be(entry, s) for s in self.others):
                found.append(f"no socket was so: {entry}")
        return found

    def pair(self, entries, found):
        """Each entry must be a socket of its own. Returns the sockets that are left."""
        owner = {}

        def place(i, tried):
            for s in self.same:
                if s in tried or not self.may_be(entries[i], s):
                    continue
                tried.add(s)
                if s not in owner or place(owner[s], tried):
                    owner[s] = i
                    return True
            return False

        # Those that certainly were there come first, so that none is left without need.
        self.same.sort(key=lambda s: not self.is_there(s, self.snapshot))
        for i, entry in enumerate(entries):
            if not place(i, set()):
                found.append(f"no socket was so: {entry}")
        return [s for s in self.same if s not in owner]

    def wrong_later(self, entries):
        """What is read after the event must have been there at some time since."""
        span = (self.event.time, max(self.event.read, self.event.time))
        found = []
        for e in entries:
            for s in self.on_port:
                fits = NAMES[s.proto] == e["proto"] and \
                    any(c and c.local == e["local"] for c in s.during(*span))
                if fits and e["uid"] == s.uid and (e.get("pid") is None or
                                                   e["pid"] in s.holders(*span)):
                    break
            else:
                found.append(f"no socket was so since then: {e}")
        return found

    # ---- telling

    def concerns(self, socket):
        return any(socket.during(self.span[0] - LATELY, self.span[1])) or socket in self.open

    def describe(self):
        parts = []
        for s in self.open:
            ways = sorted(self.ways(s)) + ([] if self.is_there(s, self.span) else ["not there"])
            parts.append(f"{s.name} {'/'.join(ways)}")
        parts += [f"{s.name} closed" for s in self.ended_before()
                  if s.end[0] > self.event.time - LATELY]
        if self.listened() is not False:
            parts.append("TCP" if self.listened() else "perhaps TCP")
        return ", ".join(parts) or "no socket at all"
