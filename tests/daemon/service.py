# SPDX-License-Identifier: GPL-2.0-only
"""The daemon as a process, with everything around it made up."""
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time


class Service:
    """One xen-pcid in the foreground, on a made-up machine."""

    def __init__(self, program, directory, machine, settings=(), wrap=()):
        self.directory = directory
        self.metrics = os.path.join(directory, "metrics")
        self.fifo = os.path.join(directory, "events")
        if not os.path.exists(self.fifo):
            os.mkfifo(self.fifo)
        path = os.path.join(directory, "notify")
        if os.path.exists(path):
            os.unlink(path)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(path)
        # What is there already is no news of this one.
        if os.path.exists(self.metrics):
            os.unlink(self.metrics)
        self.command = [program, "--foreground", "--config",
                        os.path.join(directory, "conf"), "--sysfs",
                        machine.path]
        self.log = open(os.path.join(directory, "log"), "ab+")
        lines = {"backend": "embedded", "xenstore": "off",
                 "journal": os.path.join(directory, "state/journal"),
                 "pid-file": os.path.join(directory, "pid"),
                 "metrics": self.metrics, "events": self.fifo}
        lines.update(settings)
        self.configure(lines)
        self.process = subprocess.Popen(
            [*wrap, *self.command], stderr=self.log,
            env=dict(os.environ, NOTIFY_SOCKET=path))
        self.events = self.reader = None
        self.heard = []

    def configure(self, lines):
        self.lines = lines
        with open(os.path.join(self.directory, "conf"), "w",
                  encoding="ascii") as file:
            for key, value in lines.items():
                file.write(f"{key} = {value}\n")

    def told(self, wanted, seconds=20):
        """Waits until the service manager is told so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.events:
                if any(wanted in text for text in self.heard):
                    return
                time.sleep(0.01)
                continue
            if not select.select([self.notify], [], [], 0.1)[0]:
                if self.process.poll() is not None:
                    raise AssertionError("it ended: " + self.said())
                continue
            if wanted in self.notify.recv(4096).decode():
                return
        raise AssertionError(f"nobody was told {wanted}: " + self.said())

    def ready(self):
        self.told("READY=1")
        # For reading too: so it does not wait for a reader.
        self.events = open(self.fifo, "r+b", buffering=0)
        # As a service manager does; who does not read makes it wait.
        self.reader = threading.Thread(target=self._read_on, daemon=True)
        self.reader.start()

    def _read_on(self):
        while text := self.notify.recv(4096).decode():
            self.heard.append(text)

    def event(self, text):
        self.events.write((text + "\n").encode())

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def metric(self, name):
        # A thread of its own writes them.
        self.wait_for(lambda: os.path.exists(self.metrics))
        with open(self.metrics, encoding="ascii") as file:
            found = re.search(rf"^{re.escape(name)} (\S+)$", file.read(), re.M)
        if not found:
            raise AssertionError(f"there is no metric {name}")
        return float(found.group(1))

    def agrees(self):
        """1: in agreement, 0: not; in a trial xen_pci_agreement is 0."""
        return self.metric('xen_pci_state{state="in agreement"}')

    def knows(self):
        """The SBDFs that the hypervisor knows."""
        self.wait_for(lambda: os.path.exists(self.metrics))
        with open(self.metrics, encoding="ascii") as file:
            found = re.findall(r'^xen_pci_device_info\{segment="(\w+)",bus='
                               r'"(\w+)",device="(\w+)",function="(\w+)"',
                               file.read(), re.M)
        return sorted(f"{s}:{b}:{d}.{f}" for s, b, d, f in found)

    def wait_for(self, what, seconds=20):
        """Waits until what() holds; returns how long that took."""
        begin = time.monotonic()
        while not what():
            if self.process.poll() is not None:
                raise AssertionError("it ended: " + self.said())
            if time.monotonic() - begin > seconds:
                raise AssertionError("it took too long: " + self.said())
            time.sleep(0.001)
        return time.monotonic() - begin

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status",
                  encoding="ascii") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
        raise AssertionError(key)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self, how=signal.SIGTERM):
        """Returns the exit code and how long it took."""
        begin = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(20)
        self.close()
        return code, time.monotonic() - begin

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.events:
            self.events.close()
        self.events = None
        if self.reader:
            # It must not read on in what gets the same descriptor next.
            self.notify.shutdown(socket.SHUT_RDWR)
            self.reader.join()
        self.reader = None
        self.notify.close()
        self.log.close()
