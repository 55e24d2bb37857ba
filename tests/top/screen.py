# SPDX-License-Identifier: GPL-2.0-only
"""A program on a terminal of its own, and what is on its screen (an emulator: pyte)."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte


class Terminal:
    def __init__(self, argv, columns=80, rows=24, env=None, stderr=None):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if stderr:
                os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(argv[0], argv, {"TERM": "xterm", "TZ": "UTC", "LANG": "C.UTF-8",
                                      "PATH": os.environ["PATH"], **(env or {})})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(self.fd)

    def pump(self, seconds=0.05):
        """Take what comes; False when the other end is closed."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, what, seconds=30):
        """Wait until @what, a string or a function of the text, is on the screen."""
        wanted = what if callable(what) else lambda text: what in text
        end = time.monotonic() + seconds
        while not wanted(self.text()):
            if time.monotonic() > end or not self.pump():
                raise AssertionError(f"not on the screen: {what}\n{self.text()}")
        return self.text()

    def send(self, keys):
        os.write(self.fd, keys.encode())

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, seconds=30):
        """Exit status; negative: the signal that ended it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.pump(0.1) and select.select([self.fd], [], [], 0)[0]:
                    pass
                return os.waitstatus_to_exitcode(status)
            self.pump()
        raise AssertionError(f"it does not end\n{self.text()}")

    def stopped(self, seconds=30):
        """Wait until it is stopped, as by Ctrl-Z."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid:
                assert os.WIFSTOPPED(status), "it ended"
                return
            self.pump()
        raise AssertionError("it is not stopped")

    def modes(self):
        return termios.tcgetattr(self.fd)
