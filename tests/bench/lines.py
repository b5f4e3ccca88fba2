#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cache lines that each lookup touches, counted by valgrind's lackey.

    tests/bench/lines.py PROGRAM

PROGRAM (lines.c) is not position-independent. Its stack is not counted:
that is the caller's.
"""

import collections
import subprocess
import sys

LINE = 64
GOAL = 3
# Where valgrind puts the stack of a 64-bit program.
STACK = 0x1ff0000000
KINDS = {"lookup_begins": "lookup by BDF", "upstream_begins":
         "upstream lookup"}


def markers(program):
    """{address: name} of the variables that lines.c stores to."""
    output = subprocess.run(["nm", program], capture_output=True, text=True,
                            check=True).stdout
    found = {}
    for line in output.splitlines():
        words = line.split()
        if len(words) == 3 and words[2] in (*KINDS, "ends"):
            found[int(words[0], 16)] = words[2]
    if len(found) != len(KINDS) + 1:
        sys.exit(f"{program}: no {' '.join(KINDS)} ends")
    return found


def count(trace, names):
    """{kind: Counter of lines touched} from lackey's lines."""
    counts = {kind: collections.Counter() for kind in KINDS}
    kind, touched = None, set()
    for line in trace:
        # " L 04222c40,8", " S ..." and " M ..."; "I  ..." are instructions.
        if line[:1] != " ":
            continue
        address, _, size = line[3:].partition(",")
        try:
            first, size = int(address, 16), int(size)
        except ValueError:
            continue
        name = names.get(first) if line[1] == "S" else None
        if name == "ends":
            counts[kind][len(touched)] += 1
            kind = None
        elif name:
            kind, touched = name, set()
        elif kind and first < STACK:
            touched.update(range(first // LINE, (first + size - 1) // LINE + 1))
    return counts


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: lines.py PROGRAM")
    names = markers(sys.argv[1])
    with subprocess.Popen(["valgrind", "--tool=lackey", "--trace-mem=yes",
                           sys.argv[1]], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as child:
        counts = count(child.stderr, names)
    if child.returncode:
        sys.exit(f"valgrind ended with {child.returncode}")
    print(f"\ncache lines of {LINE} bytes that a lookup touches, the stack "
          "left out")
    for kind, name in KINDS.items():
        lookups = sum(counts[kind].values())
        if not lookups:
            sys.exit(f"no {name} was seen")
        most = max(counts[kind])
        print(f"{name}: at most {most} of {lookups} lookups "
              f"(goal at most {GOAL}: {'met' if most <= GOAL else 'MISSED'})")


if __name__ == "__main__":
    main()
