# SPDX-License-Identifier: GPL-2.0-only
"""The emulated machine's memory as it is, read from outside.

Nothing in the machine notices: QEMU's process has it as its own memory.
"""
import re

from .qmp import QmpError

# Where RAM begins again above what devices have below 4 GiB.
HIGH = 1 << 32
HVA = re.compile(r"is (0x[0-9a-f]+)")
QUAD = re.compile(r"^[0-9a-f]+: (0x[0-9a-f]+)", re.M)


class Memory:
    """process: QEMU's process; monitor: runs a command of QEMU's monitor."""

    def __init__(self, process, monitor):
        self.path = f"/proc/{process.pid}/mem"
        self.monitor = monitor
        self.bases = {}

    def _base(self, start):
        """Where QEMU has the guest's memory from this address on."""
        if start not in self.bases:
            said = self.monitor(f"gpa2hva {start:#x}")
            found = HVA.search(said)
            if not found:
                raise QmpError(f"no memory at {start:#x}: {said.strip()}")
            self.bases[start] = int(found.group(1), 16)
        return self.bases[start]

    def read(self, address, size):
        """The machine's RAM at a physical address."""
        start = HIGH if address >= HIGH else 0
        return self.read_qemu(self._base(start) + address - start, size)

    def read_qemu(self, address, size):
        """QEMU's own memory."""
        with open(self.path, "rb", buffering=0) as file:
            file.seek(address)
            return file.read(size)

    def write_qemu(self, address, data):
        with open(self.path, "r+b", buffering=0) as file:
            file.seek(address)
            file.write(data)

    def register(self, address):
        """A device's register of 64 bits, as a CPU would read it."""
        said = self.monitor(f"xp /1gx {address:#x}")
        found = QUAD.search(said)
        if not found:
            raise QmpError(f"no register at {address:#x}: {said.strip()}")
        return int(found.group(1), 16)
