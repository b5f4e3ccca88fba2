# SPDX-License-Identifier: GPL-2.0-only
"""A made-up machine as a directory that is laid out like /sys."""
import os
import shutil
import struct


class Machine:
    """Root ports with slots; what is in a slot comes and goes."""

    def __init__(self, path, ports):
        self.path = path
        self.devices = os.path.join(path, "bus/pci/devices")
        self.hidden = os.path.join(path, "hidden")
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(self.devices)
        os.makedirs(self.hidden)
        self.ports = ports
        for port in range(ports):
            self._put(self.port(port), self._bridge(port + 1))

    @staticmethod
    def port(number):
        return f"0000:00:{1 + number // 8:02x}.{number % 8}"

    @staticmethod
    def slot(number):
        return f"0000:{number + 1:02x}:00.0"

    @staticmethod
    def _config(vendor, device, klass, header, kind):
        config = bytearray(256)
        struct.pack_into("<HH", config, 0, vendor, device)
        struct.pack_into("<H", config, 6, 0x10)
        struct.pack_into("<H", config, 0x0a, klass)
        config[0x0e] = header
        config[0x34] = 0x40
        struct.pack_into("<BBH", config, 0x40, 0x10, 0, 2 | kind << 4)
        return config

    def _bridge(self, bus):
        config = self._config(0x1b36, 0x000c, 0x0604, 0x81, 4)
        config[0x18:0x1b] = bytes([0, bus, bus])
        return config

    def _put(self, sbdf, config):
        fresh = os.path.join(self.hidden, sbdf)
        os.mkdir(fresh)
        with open(os.path.join(fresh, "config"), "wb") as file:
            file.write(config)
        os.rename(fresh, os.path.join(self.devices, sbdf))

    def plug(self, number, device=0x10d3):
        self._put(self.slot(number),
                  self._config(0x8086, device, 0x0200, 0, 0))

    def pull(self, number):
        sbdf = self.slot(number)
        away = os.path.join(self.hidden, sbdf)
        os.rename(os.path.join(self.devices, sbdf), away)
        shutil.rmtree(away)

    def is_plugged(self, number):
        return os.path.exists(os.path.join(self.devices, self.slot(number)))

    def listed(self):
        return sorted(os.listdir(self.devices))
