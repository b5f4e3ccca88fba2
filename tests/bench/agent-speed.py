#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A look of the agent, with its plan, beside `lspci -n`: processor time.

    tests/bench/agent-speed.py XEN-PCID SCRATCH

On directories of the shape of /sys with 64, 4,096 and 65,536 devices.  Rounds
are interleaved; what is printed is the median.  The agent's time includes the
start of the program and of the embedded hypervisor that it looks at.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROUNDS = 5
# Devices, and milliseconds at most.
SIZES = ((64, None), (4096, 50), (65536, 1000))
LSPCI_MOST = 2.0


def run(command):
    """Milliseconds of processor time."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def measure(program, tree):
    ours = [program, "--once", "--dry-run", "--sysfs", tree]
    theirs = ["lspci", "-n", "-A", "linux-sysfs", "-O",
              f"sysfs.path={tree}/bus/pci"]
    rounds = [(run(ours), run(theirs)) for _ in range(ROUNDS)]
    return [statistics.median(times) for times in zip(*rounds)]


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: agent-speed.py XEN-PCID SCRATCH")
    program = os.path.abspath(sys.argv[1])
    generate = pathlib.Path(__file__).parent / "gen-sysfs.py"
    missed, first = False, None
    for devices, most in SIZES:
        tree = os.path.join(sys.argv[2], f"sys-{devices}")
        shutil.rmtree(tree, ignore_errors=True)
        subprocess.run([generate, tree, str(devices)], check=True)
        ours, theirs = measure(program, tree)
        shutil.rmtree(tree)
        first = first or ours
        met = (not most or ours <= most) and \
            (not most or ours <= LSPCI_MOST * theirs)
        missed |= not met
        print(f"{devices:>6} devices: a look and its plan {ours:8.1f} ms, "
              f"lspci -n {theirs:8.1f} ms ({ours / max(theirs, 0.1):.2f}), "
              f"{ours / max(first, 0.1):7.1f} times that of 64"
              + (f"; goal {most} ms and {LSPCI_MOST:.0f} times lspci: "
                 f"{'met' if met else 'MISSED'}" if most else ""))
    return missed


if __name__ == "__main__":
    sys.exit(main())
