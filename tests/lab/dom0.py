# SPDX-License-Identifier: GPL-2.0-only
"""Commands in dom0, through its second serial port.

init.sh describes the protocol. A command that hangs in dom0 (I/O that never
completes) does not block the channel: it only runs into its own timeout.
"""
import base64
import socket
import time

from .pace import scaled

TIMED_OUT = 124


class Dom0Gone(Exception):
    """The host has ended, or dom0 does not answer any more."""


class Dom0:
    def __init__(self, path, alive):
        """path: the port's socket; alive: tells whether QEMU still runs."""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.socket.settimeout(0.2)
        self.alive = alive
        self.pending = b""
        self.lines = []
        self.next_id = 1

    def _read(self):
        """Takes in what has come; waits 0.2 s at most."""
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            data = None
        except OSError as error:
            raise Dom0Gone(f"the host has ended ({error})") from error
        if data == b"" or (data is None and not self.alive()):
            raise Dom0Gone("the host has ended")
        if data:
            *lines, self.pending = (self.pending + data).split(b"\n")
            self.lines += [line.strip() for line in lines]

    def wait_ready(self, timeout, meanwhile=lambda: None):
        deadline = time.monotonic() + scaled(timeout)
        while b"@READY" not in self.lines:
            if time.monotonic() > deadline:
                raise Dom0Gone(f"dom0 is not up after {timeout} s")
            self._read()
            meanwhile()
        self.lines.clear()

    def _answer(self, number):
        """(rc, output) if the answer to this command is complete."""
        begin = b"@BEGIN %d " % number
        end = b"@END %d" % number
        start = next((index for index, line in enumerate(self.lines)
                      if line.startswith(begin)), None)
        if start is None or end not in self.lines[start:]:
            return None
        stop = self.lines.index(end, start)
        rc = int(self.lines[start].split()[2])
        data = b"".join(self.lines[start + 1:stop])
        del self.lines[start:stop + 1]
        return rc, base64.b64decode(data).decode(errors="replace")

    def run(self, command, timeout=30):
        """Runs a shell command in dom0: (exit code, output).

        timeout: seconds (of a fast machine, see pace.py); after that the
        exit code is TIMED_OUT.
        """
        number = self.next_id
        self.next_id += 1
        encoded = base64.b64encode(command.encode())
        try:
            self.socket.sendall(b"%d %s\n" % (number, encoded))
        except TimeoutError:
            return TIMED_OUT, "dom0 takes no more input"
        except OSError as error:
            raise Dom0Gone(f"the host has ended ({error})") from error
        deadline = time.monotonic() + scaled(timeout)
        while True:
            answer = self._answer(number)
            if answer is not None:
                return answer
            if time.monotonic() > deadline:
                return TIMED_OUT, f"no answer within {timeout} s"
            self._read()
