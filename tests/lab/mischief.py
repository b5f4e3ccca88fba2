# SPDX-License-Identifier: GPL-2.0-only
"""Devices of a machine that change by themselves at random, and become again
what they were."""
from . import configspace
from .configspace import (CAP_EXPRESS, CLASS, HEADER_TYPE, PCIE_TO_PCI_BRIDGE,
                          PRIMARY, REVISION, SECONDARY)
from .expect import Failed

CAP_POINTER = 0x34
CAP_MSIX = 0x11
VENDOR, DEVICE_ID, SUBSYSTEM = 0x00, 0x02, 0x2c


class Mischief:
    """changed: name -> its config space before it first changed."""

    def __init__(self, host, random):
        self.host = host
        self.random = random
        self.changed = {}

    def _before(self, name):
        """Where QEMU has the config space, whose content is kept."""
        config = configspace.find(self.host, name)
        if name not in self.changed:
            self.changed[name] = configspace.read(self.host, name, 0,
                                                  config.size)
        return config

    def keep(self, name):
        """Somebody else is about to change it."""
        self._before(name)

    def poke(self, name, offset, *data):
        self._before(name)
        configspace.write(self.host, name, offset, bytes(data))

    def is_silent(self, name):
        return name in self.changed and configspace.read(
            self.host, name, 0, 4) == b"\xff" * 4

    def silence(self, name):
        """Some of it, or all; or it answers again."""
        config = self._before(name)
        if self.is_silent(name):
            self.restore(name)
            return "answers again"
        configspace.write(self.host, name, 0, b"\xff" * config.size)
        return "falls silent"

    def identity(self, name):
        byte = self.random.randrange
        offset, data = self.random.choice((
            (REVISION, (byte(256),)), (CLASS, (byte(256),)),
            (CLASS, (byte(256), byte(256), byte(256))),
            (DEVICE_ID, (byte(256), byte(256))),
            (VENDOR, (byte(256), byte(255), byte(256), byte(256))),
            (SUBSYSTEM, (byte(256), byte(256))),
            (REVISION, (0xff, 0xff, 0xff, 0xff))))
        self.poke(name, offset, *data)
        return f"{bytes(data).hex()} at {offset:#04x}"

    def header(self, name):
        layout = self.random.choice((0x00, 0x01, 0x02, 0x80, 0x81, 0x7f, 0xff))
        self.poke(name, HEADER_TYPE, layout)
        return f"header {layout:02x}"

    def numbers(self, name, buses):
        """Bus numbers where a bridge has them; buses: likely ones."""
        first = self.random.choice(buses + [0, 0xff])
        last = self.random.choice((first, first + 1, 0xff, 0)) & 0xff
        self.poke(name, PRIMARY, self.random.choice(buses + [0]), first, last)
        return f"buses {first:02x}-{last:02x}"

    def bridge(self, name, buses):
        """It says that it is a bridge, of one kind or another."""
        self._capability(name, CAP_EXPRESS, 2, lambda byte: byte & 0x0f
                         | self.random.choice((4, 5, 6, PCIE_TO_PCI_BRIDGE, 8))
                         << 4)
        self.poke(name, CLASS, 0x00, self.random.choice((0x04, 0x07)), 0x06)
        said = self.numbers(name, buses)
        self.poke(name, HEADER_TYPE, self.random.choice((1, 1, 2)))
        return f"a bridge, {said}"

    def _capability(self, name, wanted, offset, change):
        """change(byte) where the capability is, if there is one."""
        if self.is_silent(name):
            return
        try:
            at = configspace.capability(self.host, name, wanted) + offset
        except Failed:
            return
        self.poke(name, at, change(configspace.read(
            self.host, name, at, 1)[0]) & 0xff)

    def capabilities(self, name):
        """The list of them, or what is in one."""
        byte = self.random.randrange(256)
        if self.random.random() < 0.5:
            pointer = self.random.choice((0, CAP_POINTER, 0x40, byte, 0xff))
            self.poke(name, CAP_POINTER, pointer)
            return f"capabilities at {pointer:#04x}"
        wanted, offset = self.random.choice(
            ((CAP_MSIX, 2), (CAP_MSIX, 4), (CAP_MSIX, 0), (CAP_MSIX, 1),
             (CAP_EXPRESS, 2), (CAP_EXPRESS, 0), (CAP_EXPRESS, 1)))
        self._capability(name, wanted, offset, lambda _: byte)
        return f"byte {offset} of capability {wanted:#04x} is {byte:02x}"

    def endpoint(self, name, buses):
        """Some change of what is no bridge; what it is, in words."""
        kind = self.random.choices(
            ("identity", "silence", "bridge", "capabilities", "header"),
            (30, 30, 20, 15, 5))[0]
        if self.is_silent(name):
            kind = "silence"
        said = getattr(self, kind)(name, *([buses] if kind == "bridge"
                                           else []))
        return f"{name} changes: {said}"

    def between(self, name, buses):
        """Some change of a bridge."""
        if self.random.random() < 0.4 or self.is_silent(name):
            return f"{name} changes: {self.silence(name)}"
        self._before(name)
        said = self.random.choice((self._move, self.numbers))(name, buses)
        return f"{name} changes: {said}"

    def _move(self, name, buses):
        first = self.random.choice(buses)
        self.poke(name, SECONDARY, first, first)
        return f"buses {first:02x}-{first:02x}"

    def restore(self, name):
        configspace.write(self.host, name, 0, self.changed.pop(name))

    def restore_all(self):
        for name in list(self.changed):
            self.restore(name)

    def gone(self, name):
        """A device that was unplugged has no config space any more."""
        self.changed.pop(name, None)
        self.host.configs.pop(name, None)
