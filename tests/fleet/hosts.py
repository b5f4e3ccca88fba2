# SPDX-License-Identifier: GPL-2.0-only
"""A made-up host with a real daemon, in ways that alerts are about."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent
                       / "daemon"))
from machine import Machine  # noqa: E402
from service import Service  # noqa: E402


class Host(Machine):
    """Two cards, a spare slot, and buses that can be numbered anew."""

    def __init__(self, program, directory, textfiles):
        directory.mkdir(parents=True)
        # ProtectSystem and UMask of the unit are tested elsewhere, but what
        # its umask does to the metrics is seen here.
        old = os.umask(0o077)
        try:
            super().__init__(str(directory / "sys"), 4)
            self.plug(0)
            self.plug(1)
            (directory / "state").mkdir()
            self.service = Service(
                program, str(directory), self,
                {"metrics": str(textfiles / "xen-pci.prom"),
                 "check-interval": "1", "retry-first": "1",
                 "retry-most": "1"})
            self.service.metrics = str(textfiles / "xen-pci.prom")
            self.service.ready()
        finally:
            os.umask(old)

    def renumber(self):
        """The second port gets another bus, and its card goes there."""
        path = pathlib.Path(self.devices, self.port(1), "config")
        config = bytearray(path.read_bytes())
        config[0x19:0x1b] = bytes([9, 9])
        path.write_bytes(config)
        os.rename(os.path.join(self.devices, self.slot(1)),
                  os.path.join(self.devices, "0000:09:00.0"))

    def virtual_function(self, number):
        """One that is there, while its PF cannot be read: its add fails."""
        name = self.slot(number)[:-1] + "1"
        self._put(name, self._config(0xffff, 0xffff, 0x0200, 0, 0))
        os.symlink(f"../{self.slot(number)}",
                   os.path.join(self.devices, name, "physfn"))
        return name
