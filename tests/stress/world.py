# SPDX-License-Identifier: GPL-2.0-only
"""What really happened, from the logs of those who did it.

Nothing is known to the point: an operation took place between the time logged before it and
the one after it, and a socket ended when the last process let go of it. So a question always
is about a span of time, and the answer is what a socket may have been in it.
"""

import itertools
import pathlib
from typing import NamedTuple

from score import ANY4, ANY6, MAPPED, Config

NEVER = float("inf")
UDP, UDPLITE, TCP = 17, 136, 6
NS_PER_S = 1_000_000_000


class Phase(NamedTuple):
    """From some moment in [lo, hi] on, the socket was so; None: not in the table."""

    lo: float
    hi: float
    config: Config


class Hold:
    """A process has a descriptor of a socket: since, and until some moment in [lo, hi]."""

    def __init__(self, since):
        self.since, self.lo, self.hi = since, NEVER, NEVER
        self.by_close = False


def mixtures(one, other):
    """Every socket between two states of it: its fields change one after the other."""
    if one is None or other is None:
        return []
    fields = [sorted({a, b}, key=str) for a, b in zip(one, other)]
    return [Config(*values) for values in itertools.product(*fields)]


class Socket:
    def __init__(self, name, netns, family, proto, v6only, reuseport, device, uid):
        self.name, self.netns, self.proto, self.uid = name, netns, proto, uid
        self.family, self.reuseport = family, reuseport
        self.address_fixed = self.port_fixed = False  # SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK
        any_ = ANY4 if family == 4 else ANY6
        self.config = Config(family, v6only, any_, 0, ANY4, ANY6, 0, device)
        self.phases = [Phase(-NEVER, -NEVER, None)]
        self.holds = {}
        self.muddled = NEVER  # from here on two processes worked on it at once
        self.busy_until = -NEVER
        self.story = []

    # ---- how it changes

    def become(self, lo, hi, **fields):
        if lo < self.busy_until:
            self.muddled = min(self.muddled, lo)
        self.busy_until = max(self.busy_until, hi)
        self.config = self.config._replace(**fields)
        self.phases.append(Phase(lo, hi, self.config))

    def vanish(self, lo, hi):
        self.phases.append(Phase(lo, hi, None))

    def bind(self, lo, hi, address, port):
        specific = address not in (ANY4, ANY6)
        v6only = self.config.v6only
        if self.family == 6 and specific and not address.startswith(MAPPED):
            v6only = True  # __inet6_bind()
        self.address_fixed, self.port_fixed = specific, port != 0
        self.become(lo, hi, v6only=v6only, local=address, port=port)

    def connect(self, lo, hi, errno, peer, peer_port, local, port):
        before = self.config
        new = {"local": local, "port": port, "peer_port": peer_port}
        if ":" not in peer:
            new["peer4"] = peer
            new["peer6"] = MAPPED + peer if self.family == 6 else ANY6
        elif peer.startswith(MAPPED):
            new["peer4"], new["peer6"] = peer[len(MAPPED):], peer
        else:
            new["peer6"] = peer
        self.become(lo, hi, **new)
        if errno:  # a port that it had none of before it keeps
            self.config = before._replace(local=local, port=port)
            self.phases.append(Phase(lo, hi, self.config))

    def disconnect(self, lo, hi):
        """__udp_disconnect(); an IPv6 peer stays behind in sk_v6_daddr."""
        any_ = ANY4 if self.family == 4 else ANY6
        new = {"peer4": ANY4, "peer_port": 0, "device": "-"}
        if not self.address_fixed:
            new["local"] = any_
        self.become(lo, hi, **new)
        if not self.port_fixed:
            self.config = self.config._replace(port=0)
            self.vanish(lo, hi)

    def finish(self):
        """Everything is known: put its end to it."""
        lo = max(h.lo for h in self.holds.values())
        hi = max(h.hi for h in self.holds.values())
        self.end = (lo, hi)
        if lo < NEVER:
            self.vanish(lo, hi)

    # ---- what it was

    def during(self, t0, t1):
        """What it may have been in [t0, t1]; None among it: not in the table."""
        found = set()
        for i, phase in enumerate(self.phases):
            end = self.phases[i + 1].hi if i + 1 < len(self.phases) else NEVER
            if phase.lo <= t1 and end >= t0:
                found.add(phase.config)
            if i and phase.lo <= t1 and phase.hi >= t0:
                found.update(mixtures(self.phases[i - 1].config, phase.config))
        return found

    def is_muddled(self, t1):
        return self.muddled <= t1

    def ports(self):
        return {p.config.port for p in self.phases if p.config}

    def closers(self):
        """Who may have been the last to let go, each with its own span."""
        last = max(h.lo for h in self.holds.values())
        return {pid: h for pid, h in self.holds.items() if h.hi >= last}

    def holders(self, t0, t1):
        return {pid for pid, h in self.holds.items() if h.since <= t1 and h.hi >= t0}


class Process:
    def __init__(self, pid):
        self.pid = pid
        self.comm = None
        self.sockets = set()
        self.doomed = NEVER  # its end began no earlier
        self.reaped = NEVER
        self.status = None
        self.pending = None  # the operation that has begun: (time, words)
        self.last = -NEVER


class Netns(NamedTuple):
    name: str
    inum: int


class Datagram(NamedTuple):
    before: int
    after: int
    netns: str  # where it goes to
    local: bool  # ...which is where it comes from
    device: str
    proto: int
    src: str
    sport: int
    dst: str
    dport: int
    length: int
    errno: int
    sender: int  # process


class World:
    def __init__(self):
        self.netns = {}  # name -> inum
        self.sockets = []
        self.by_port = {}  # (netns, port) -> sockets; port None: not known
        self.processes = {}
        self.datagrams = []
        self.addresses = {}

    def load(self, folder):
        folder = pathlib.Path(folder)
        for line in (folder / "addresses").read_text().splitlines():
            address, netns, device, way = line.split()
            self.addresses[address] = (netns, device, way)
        for path in sorted(folder.glob("binders.*")):
            BinderLog(self).read(path)
        for path in sorted(folder.glob("senders.*")):
            self.read_senders(path)
        self.index()
        return self

    def index(self):
        for socket in self.sockets:
            socket.finish()
            for port in socket.ports():
                self.by_port.setdefault((socket.netns, port), []).append(socket)

    def place(self, dst, netns):
        """To whom a packet for @dst goes from @netns, and the device that its look-up sees."""
        there, device, way = self.addresses.get(dst, (netns, "lo", "lo"))
        if there != netns:
            return there, way
        # On the host itself: of an IPv4 route rt_iif tells, which is the device that has the
        # address (ip_route_output_key_hash_rcu()). Of IPv6 the route's idev does: mostly that
        # of lo (ip6_rt_get_dev_rcu()), but the address's while the route is being made.
        return there, f"lo,{device}" if ":" in dst else device

    def read_senders(self, path):
        netns = pid = None
        for line in path.read_text().splitlines():
            words = line.split()
            if words[0] == "S":
                netns, pid = words[2], int(words[4])
                self.netns[netns] = int(words[3])
                continue
            before, after, proto, src, sport, dst, dport, length, errno = words
            there, device = self.place(dst, netns)
            self.datagrams.append(Datagram(int(before), int(after), there, there == netns, device,
                                           int(proto), src, int(sport), dst, int(dport),
                                           int(length), int(errno), pid))

    def on_port(self, netns, port):
        return self.by_port.get((netns, port), []) + self.by_port.get((netns, None), [])


class BinderLog:
    """The log of one manager and its workers, in the order of its times."""

    def __init__(self, world):
        self.world = world
        self.netns = None
        self.sockets = {}
        self.processes = {}

    def read(self, path):
        lines = [line.split() for line in path.read_text().splitlines()]
        lines.sort(key=lambda words: int(words[1]))
        for words in lines:
            pid, time, kind = int(words[0]), int(words[1]), words[2]
            process = self.process(pid)
            process.last = time
            {"N": self.at_once, "B": self.begin, "E": self.end}[kind](process, time, words[3:])
        self.adopt()
        for process in self.processes.values():
            self.bury(process)
        self.world.sockets += self.sockets.values()
        for process in self.processes.values():
            if process.pid in self.world.processes:
                raise ValueError(f"process {process.pid} lived twice: its number was reused")
            self.world.processes[process.pid] = process

    def process(self, pid):
        if pid not in self.processes:
            self.processes[pid] = Process(pid)
        return self.processes[pid]

    def tell(self, name, process, time, text):
        if name in self.sockets:
            self.sockets[name].story.append((time, f"{process.pid} {text}"))

    # ---- lines

    def at_once(self, process, time, words):
        op = words[0]
        if op == "netns":
            self.netns = words[1]
            self.world.netns[words[1]] = int(words[2])
        elif op == "born":
            process.comm = words[2]
            self.inherit(int(words[1]), process, time)
        elif op == "open":
            name, family, proto, v6only, reuseport, device, uid = words[1:]
            socket = Socket(name, self.netns, int(family), int(proto), v6only == "1",
                            reuseport == "1", device, int(uid))
            self.sockets[name] = socket
            self.hold(process, socket, time)
            self.tell(name, process, time, " ".join(words))
        elif op == "reap":
            dead = self.process(int(words[1]))
            dead.reaped, dead.status = time, int(words[2])

    def begin(self, process, time, words):
        process.pending = (time, words)
        if words[0] in ("exit", "die"):
            process.doomed = min(process.doomed, time)
        elif words[0] == "kill":
            victim = self.process(int(words[1]))
            victim.doomed = min(victim.doomed, time)
        elif len(words) > 1:
            self.tell(words[1], process, time, " ".join(words) + " ...")

    def end(self, process, time, words):
        since, op = process.pending
        process.pending = None
        self.done(process, op, since, time, words)

    # ---- operations

    def done(self, process, op, lo, hi, result):
        errno = int(result[0])
        if op[0] == "fork":
            if not errno:
                self.inherit(process.pid, self.process(int(result[1])), lo)
            return
        socket = self.sockets.get(op[1])
        if not socket:
            return
        self.tell(op[1], process, hi, " ".join(op) + " -> " + " ".join(result))
        if op[0] == "bind" and not errno:
            socket.bind(lo, hi, op[2], int(op[3]))
        elif op[0] == "connect":
            socket.connect(lo, hi, errno, op[2], int(op[3]), result[1], int(result[2]))
        elif op[0] == "send" and int(result[2]):
            socket.become(lo, hi, local=result[1], port=int(result[2]))
        elif op[0] == "disconnect" and not errno:
            socket.disconnect(lo, hi)
        elif op[0] == "device" and not errno:
            socket.become(lo, hi, device=op[2])
        elif op[0] == "close":
            self.release(process, socket, lo, hi, True)

    def hold(self, process, socket, since):
        process.sockets.add(socket)
        if process.pid not in socket.holds:
            socket.holds[process.pid] = Hold(since)

    @staticmethod
    def release(process, socket, lo, hi, by_close):
        process.sockets.discard(socket)
        hold = socket.holds[process.pid]
        hold.lo, hold.hi, hold.by_close = lo, hi, by_close

    def inherit(self, parent, child, since):
        """Told by the parent, by the child, or by both."""
        if hasattr(child, "parent"):
            return
        child.parent = parent
        mother = self.process(parent)
        if mother.pending and mother.pending[1][0] == "fork":
            since = min(since, mother.pending[0])
        for socket in list(mother.sockets):
            self.hold(child, socket, since)

    def adopt(self):
        """Who was killed before a word, by a parent that was as well, may be anybody's."""
        mothers = [p for p in self.processes.values() if p.pending and p.pending[1][0] == "fork"]
        for child in self.processes.values():
            if hasattr(child, "parent") or child.last > -NEVER:
                continue
            for mother in mothers:
                for socket in mother.sockets:
                    self.hold(child, socket, mother.pending[0])

    def bury(self, process):
        """What it did last may or may not have happened; then it let go of all it had."""
        lo = min(process.doomed, process.reaped)
        hi = process.reaped
        if process.pending:
            self.unfinished(process, *process.pending)
        for socket in list(process.sockets):
            self.release(process, socket, lo, hi, False)

    def unfinished(self, process, since, op):
        if op[0] in ("fork", "exit", "die", "kill"):
            return
        socket = self.sockets.get(op[1])
        if not socket:
            return
        if op[0] == "close":
            self.release(process, socket, since, process.reaped, True)
        elif op[0] == "bind":
            socket.bind(since, NEVER, op[2], int(op[3]))
        elif op[0] in ("connect", "send") and not socket.config.port:
            socket.become(since, NEVER, port=None)
        else:
            socket.muddled = min(socket.muddled, since)
