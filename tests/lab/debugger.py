# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's debugger stub, so far as it takes to stop Xen at each config read.

A device can then change between two reads of one hypercall, always between
the same two.
"""
import functools
import re
import socket
import subprocess
import time

from .expect import Failed
from .paths import BUILD
from .qmp import QmpError

# GDB's numbers of the registers that hold a function's first arguments.
RDI, RSI, RDX = 5, 4, 3
TIMEOUT = 60

# Where Xen reads config space; each gives the BDF from the arguments.
READERS = {
    "pci_conf_read": lambda regs: regs[RDI] >> 8 & 0xffff,
    "pci_mmcfg_read": lambda regs: (regs[RSI] & 0xff) << 8
    | regs[RDX] & 0xff,
}


@functools.cache
def symbols(elf):
    """Addresses of functions by name, from the build that elf is of."""
    for syms in BUILD.glob("xen-obj/*/xen-syms"):
        built = syms.with_name("xen")
        if built.exists() and built.read_bytes() == elf.read_bytes():
            said = subprocess.run(["nm", syms], capture_output=True,
                                  text=True, check=True).stdout
            return {name: int(address, 16) for address, name
                    in re.findall(r"^([0-9a-f]+) [tT] (\S+)$", said, re.M)}
    raise Failed(f"no symbols for {elf}")


class Debugger:
    """Use as a context manager, while the machine runs; on exit it runs on.

    Breakpoints are on virtual addresses, which only Xen has.
    """

    def __init__(self, host):
        self.host = host
        self.path = host.folder / "gdb.sock"

    def __enter__(self):
        self.host.qmp.monitor(f"gdbserver unix:{self.path},server=on,wait=off")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(self.path))
        self.pending = b""
        self.breaks = set()
        self.command("?")
        # That the machine has stopped, it says without being asked.
        while self._packet(0.2) is not None:
            pass
        return self

    def __exit__(self, *_):
        try:
            self.stop()
            for address in list(self.breaks):
                self.clear(address)
            self.command("D")
            self.socket.close()
            self.host.qmp.monitor("gdbserver none")
        except (OSError, QmpError, Failed):
            pass                # the host has ended
        self.path.unlink(missing_ok=True)

    def _send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))

    def _packet(self, timeout):
        """The next packet, acknowledged; None if none comes in time."""
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(rb"\$([^#]*)#..", self.pending)
            if found:
                self.pending = self.pending[found.end():]
                self.socket.sendall(b"+")
                return found.group(1).decode()
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return None
            if not data:
                raise Failed("QEMU's debugger is gone")
            self.pending += data

    def command(self, text):
        self._send(text)
        answer = self._packet(TIMEOUT)
        if answer is None:
            raise Failed(f"QEMU's debugger does not answer {text!r}")
        return answer

    def set(self, address):
        self.command(f"Z0,{address:x},1")
        self.breaks.add(address)

    def clear(self, address):
        self.command(f"z0,{address:x},1")
        self.breaks.discard(address)

    def run(self):
        self._send("c")

    def stop(self):
        """Stops the machine wherever it is, if it runs."""
        self.socket.sendall(b"\x03")
        self._packet(2)

    def wait(self, timeout):
        """The thread that hit a breakpoint (in GDB's words); None: none."""
        answer = self._packet(timeout)
        if answer is None:
            return None
        found = re.search(r"thread:([^;]+);", answer)
        return found.group(1) if found else "1"

    def registers(self, thread):
        """The general registers, by GDB's numbers; RIP is 16."""
        self.command(f"Hg{thread}")
        data = bytes.fromhex(self.command("g")[:17 * 16])
        return [int.from_bytes(data[8 * number:8 * number + 8], "little")
                for number in range(17)]

    def go_on(self, thread, address):
        """Past a breakpoint that was hit."""
        self.clear(address)
        self.command(f"vCont;s:{thread}")
        self.set(address)
        self.run()


def watch_reads(host, rid, act, is_over):
    """Calls act(number) before each config read of a function by Xen (the
    first is number 1), until is_over() says so. Returns how many there were.
    """
    addresses = symbols(host.hypervisor.elf)
    readers = {addresses[name]: bdf for name, bdf in READERS.items()}
    reads = 0
    with Debugger(host) as debugger:
        for address in readers:
            debugger.set(address)
        debugger.run()
        while not is_over():
            thread = debugger.wait(0.05)
            if thread is None:
                continue
            registers = debugger.registers(thread)
            address = registers[16]
            if address in readers and readers[address](registers) == rid:
                reads += 1
                act(reads)
            debugger.go_on(thread, address)
    return reads
