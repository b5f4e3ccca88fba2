# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's control socket: commands and events, one JSON object a line."""
import json
import socket
import time

from .pace import scaled


class QmpError(Exception):
    """QEMU refused a command, or is gone."""


class Qmp:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.pending = b""
        self.events = []
        self._next(10)                      # the greeting
        self.command("qmp_capabilities")

    def _next(self, timeout):
        """The next object; None when none comes in time (seconds)."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self.pending:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return None
            except OSError as error:
                raise QmpError(f"QEMU is gone: {error}") from error
            if not data:
                raise QmpError("QEMU is gone")
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        return json.loads(line)

    def command(self, name, **arguments):
        """Runs a command and returns what it returns."""
        request = {"execute": name, "arguments": arguments}
        try:
            self.socket.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise QmpError(f"QEMU is gone: {error}") from error
        while True:
            answer = self._next(scaled(30))
            if answer is None:
                raise QmpError(f"{name}: no answer from QEMU")
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise QmpError(f"{name}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def monitor(self, line):
        """What the human monitor says to a line."""
        return self.command("human-monitor-command",
                            **{"command-line": line}).replace("\r", "")

    def wait_event(self, name, timeout, **data):
        """Waits for an event with these data; False if it does not come."""
        deadline = time.monotonic() + scaled(timeout)
        while True:
            for event in self.events:
                if event["event"] == name and all(
                        event.get("data", {}).get(key) == value
                        for key, value in data.items()):
                    self.events.remove(event)
                    return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            answer = self._next(left)
            if answer is not None:
                self.events.append(answer)

    def deleted(self):
        """The id of a device that has left since, or None; does not wait."""
        while True:
            answer = self._next(0)
            if answer is None:
                break
            self.events.append(answer)
        for event in self.events:
            if event["event"] == "DEVICE_DELETED":
                self.events.remove(event)
                name = event.get("data", {}).get("device")
                if name:
                    return name
                return self.deleted()
        return None
