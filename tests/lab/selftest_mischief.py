# SPDX-License-Identifier: GPL-2.0-only
"""Tests of what the hostile rounds do to devices, without booting anything."""
import random
import types
import unittest

from lab import hostile
from lab.configspace import Config
from lab.mischief import Mischief

# A function with a list of two capabilities, MSI-X at 0x40 and PCIe at 0x50.
SPACE = bytearray(256)
SPACE[0:4] = bytes.fromhex("86801000")
SPACE[0x34] = 0x40
SPACE[0x40:0x42] = bytes.fromhex("1150")
SPACE[0x50:0x52] = bytes.fromhex("1000")
BUSES = [1, 2, 3]


class Memory:
    """Two functions' config space, one behind the other."""

    def __init__(self):
        self.data = bytearray(SPACE + SPACE)

    def read_qemu(self, address, size):
        return bytes(self.data[address:address + size])

    def write_qemu(self, address, data):
        self.data[address:address + len(data)] = data


class Changes(unittest.TestCase):
    def setUp(self):
        self.memory = Memory()
        self.host = types.SimpleNamespace(
            memory=self.memory, configs={"one": Config(0, 256),
                                         "two": Config(256, 256)})

    def test_all_are_undone(self):
        changed = set()
        for seed in range(200):
            mischief = Mischief(self.host, random.Random(seed))
            for _ in range(4):
                changed.add(mischief.endpoint("one", BUSES).split()[2])
                mischief.between("two", BUSES)
            mischief.restore_all()
            self.assertEqual(self.memory.data, SPACE + SPACE)
            self.assertEqual(mischief.changed, {})
        self.assertLess(5, len(changed))

    def test_silence(self):
        mischief = Mischief(self.host, random.Random(1))
        self.assertEqual(mischief.silence("two"), "falls silent")
        self.assertTrue(mischief.is_silent("two"))
        self.assertFalse(mischief.is_silent("one"))
        self.assertEqual(self.memory.data, SPACE + b"\xff" * 256)
        self.assertEqual(mischief.silence("two"), "answers again")
        self.assertEqual(self.memory.data, SPACE + SPACE)

    def test_a_bridge(self):
        mischief = Mischief(self.host, random.Random(2))
        mischief.bridge("one", BUSES)
        self.assertEqual(self.memory.data[0x0b], 0x06)
        self.assertIn(self.memory.data[0x0e], (1, 2))
        self.assertEqual(self.memory.data[256:], SPACE)

    def test_gone(self):
        mischief = Mischief(self.host, random.Random(3))
        mischief.silence("one")
        mischief.gone("one")
        mischief.restore_all()
        self.assertEqual(self.memory.data[:256], b"\xff" * 256)


class Answers(unittest.TestCase):
    def test_in_any_order(self):
        self.assertEqual(
            dict(hostile.ANSWER.findall("@1 -16\nnoise\n@0 0\n@2 \n")),
            {"1": "-16", "0": "0", "2": ""})

    def test_pages(self):
        self.assertEqual(hostile.pages_for({1, 2, 5}), 3 + 2 * 2)


if __name__ == "__main__":
    unittest.main()
