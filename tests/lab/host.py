# SPDX-License-Identifier: GPL-2.0-only
"""A running host: QEMU with Xen and dom0, from boot to its end."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from . import machine as machine_module
from .dom0 import Dom0, Dom0Gone
from .memory import Memory
from .owners import Owners
from .qmp import Qmp, QmpError

# Seconds.
START_TIMEOUT = 10
BOOT_TIMEOUT = 180
END_TIMEOUT = 2

PANIC = "Panic on CPU"

# What Xen complains of in itself. A panic's reason is on the line after it.
COMPLAINT = re.compile(r"^\(XEN\) (?:\[[^]]*\] )?((?:Assertion .* failed|"
                       r"Xen BUG at|Xen WARN at|Early fatal page fault).*|"
                       r"Panic on CPU.*\n.*)$", re.M)


class Host:
    """Use as a context manager: boots on entry, ends on exit.

    keep: folder (pathlib.Path) that gets xen.log and qemu's own output
    """

    def __init__(self, machine, hypervisor, kernel, initramfs, keep):
        self.machine = machine
        self.hypervisor = hypervisor
        self.kernel = kernel
        self.initramfs = initramfs
        self.keep = keep
        self.process = None
        self.qmp = None
        self.dom0 = None
        self.memory = None
        self.owners = Owners(self)
        self.configs = {}       # name of a device -> configspace.Config
        self.boot_seconds = None

    def __enter__(self):
        # A short path: those of UNIX sockets must be below 108 characters.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lab-"))
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        self._end()

    def _start(self):
        machine_module.make_disk(self.folder / "disk.img")
        line = machine_module.command_line(
            self.machine, self.hypervisor, self.kernel, self.initramfs,
            self.folder)
        self.keep.mkdir(parents=True, exist_ok=True)
        (self.keep / "qemu.cmd").write_text("\n".join(line) + "\n")
        started = time.monotonic()
        with open(self.keep / "qemu.out", "w") as out:
            self.process = subprocess.Popen(line, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out)
        self._connect()
        try:
            self.dom0.wait_ready(BOOT_TIMEOUT, self.owners.glance)
        except Dom0Gone as gone:
            # A host that dies while it boots is a result, not an error.
            self.boot_failure = self.fatal() or str(gone)
        else:
            self.boot_failure = None
        self.boot_seconds = time.monotonic() - started

    def _connect(self):
        """Connects to QEMU's sockets as soon as they are there."""
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                self.dom0 = Dom0(self.folder / "dom0.sock", self.alive)
                self.qmp = Qmp(self.folder / "qmp.sock")
                self.memory = Memory(self.process, self.qmp.monitor)
                return
            except (OSError, QmpError) as error:
                if not self._running() or time.monotonic() > deadline:
                    said = (self.keep / "qemu.out").read_text().strip()
                    raise QmpError(f"QEMU does not start: "
                                   f"{said or error}") from error
            time.sleep(0.1)

    def _end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait()
        log = self.folder / "xen.log"
        if log.exists():
            shutil.copy(log, self.keep / "xen.log")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _running(self):
        return self.process.poll() is None

    def alive(self):
        """Whether QEMU runs and Xen has not panicked (it does not reboot)."""
        return self._running() and PANIC not in self.log()

    def log(self):
        """Xen's console so far: Xen's own lines and dom0's kernel's."""
        path = self.folder / "xen.log"
        return path.read_text(errors="replace").replace("\r", "") \
            if path.exists() else ""

    def fatal(self):
        """What Xen died of or complained of in itself, or None."""
        found = COMPLAINT.search(self.log())
        return found.group(1).replace("\n(XEN)", "") if found else None

    def end(self):
        """How the host ended, in words: Xen's last ones, else QEMU's."""
        if self.fatal():
            return self.fatal()
        try:
            self.process.wait(END_TIMEOUT)
        except subprocess.TimeoutExpired:
            return "dom0 does not answer"
        code = self.process.returncode
        if code < 0:
            return f"QEMU was ended by signal {-code}"
        return f"the machine was reset or switched off (QEMU exit {code})"

    def plug(self, device):
        """Hot-adds a device (devices.Device)."""
        if device.disk:
            self.qmp.command("blockdev-add", **machine_module.disk_options(
                device, self.folder))
        self.qmp.command("device_add", **device.options(
            self.machine.root_bus))

    def unplug(self, name, timeout=60):
        """Asks dom0 to let a device go; waits until it has gone."""
        self.qmp.command("device_del", id=name)
        if not self.qmp.wait_event("DEVICE_DELETED", timeout, device=name):
            raise QmpError(f"{name} has not left within {timeout} s")

    def reboot(self):
        """dom0 reboots the machine: Xen and dom0 start anew, QEMU stays."""
        self.qmp.command("set-action", reboot="reset")
        self.dom0.run("sync; reboot -f", 1)
        self.owners = Owners(self)
        try:
            self.dom0.wait_ready(BOOT_TIMEOUT, self.owners.glance)
        finally:
            self.qmp.command("set-action", reboot="shutdown")
