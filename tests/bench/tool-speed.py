#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`xl-pci tree -q -F` beside `lspci -t -F`: time and memory.

    tests/bench/tool-speed.py XL-PCI DUMP

Rounds are interleaved; what is printed is the median, with min..max.
"""

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 7


def run(command):
    """Seconds, and the most memory that it had, in MiB."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def show(name, samples):
    seconds = [sample[0] for sample in samples]
    memory = statistics.median(sample[1] for sample in samples)
    print(f"{name:<24} {statistics.median(seconds) * 1000:9.1f} ms "
          f"({min(seconds) * 1000:.1f}..{max(seconds) * 1000:.1f})"
          f"  {memory:8.1f} MiB")
    return statistics.median(seconds), memory


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: tool-speed.py XL-PCI DUMP")
    ours = [sys.argv[1], "tree", "-q", "-F", sys.argv[2]]
    theirs = ["lspci", "-t", "-F", sys.argv[2]]
    samples = [(run(ours), run(theirs)) for _ in range(ROUNDS)]
    print(f"\n{os.path.basename(sys.argv[2])}, {ROUNDS} interleaved rounds")
    our_time, our_memory = show("xl-pci tree -q -F",
                                [pair[0] for pair in samples])
    their_time, their_memory = show("lspci -t -F",
                                    [pair[1] for pair in samples])
    for name, ratio, goal in (
            ("time", our_time / their_time, 0.5),
            ("memory", our_memory / their_memory, 1.0)):
        print(f"{name}: {ratio:.2f} of lspci's, goal at most {goal}: "
              f"{'met' if ratio <= goal else 'MISSED'}")


if __name__ == "__main__":
    main()
