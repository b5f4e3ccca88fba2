# SPDX-License-Identifier: GPL-2.0-only
"""The module's tables as dom0 reads them in hypfs (docs/hypfs.md)."""
from dataclasses import dataclass, field

DIRECTORY = "/xen-pci"
TRIES = 5

# One process for all of it: what "== NAME" announces follows in full.
READ_ALL = (f"hypfs-dump {DIRECTORY} format state generation "
            "devices buses problems")


class Unreadable(Exception):
    """There are no tables, or they are not as they are documented."""


@dataclass
class Tables:
    """devices and buses: lists of {key: value}, problems likewise."""
    devices: list = field(default_factory=list)
    buses: list = field(default_factory=list)
    problems: list = field(default_factory=list)


def _files(output):
    """Splits what READ_ALL prints: name -> lines."""
    files, lines = {}, None
    for line in output.splitlines():
        if line.startswith("== "):
            lines = files.setdefault(line[3:], [])
        elif line.strip() and lines is not None:
            lines.append(line.strip())
    return files


def _entries(name, lines):
    """The lines after the first, as dictionaries."""
    entries = []
    for line in lines[1:]:
        words = [word.partition("=") for word in line.split(" ")]
        if not all(key and equals and value for key, equals, value in words):
            raise Unreadable(f"{name}: not words of key=value: {line!r}")
        entries.append({key: value for key, _, value in words})
    return entries


def parse(output):
    """Tables from what READ_ALL prints; None if they changed in between."""
    files = _files(output)
    if files.pop("format") != ["2"]:
        raise Unreadable("a format that is not 2")
    state = files.pop("state")
    if state != ["on"]:
        raise Unreadable(f"no tables: {DIRECTORY}/state is {' '.join(state)}")
    generation = files.pop("generation")
    tables = Tables()
    for name, lines in files.items():
        if not lines or not lines[0].startswith("generation "):
            raise Unreadable(f"{name}: no generation in the first line")
        if lines[0].split()[1:] != generation:
            return None
        kind = name.rsplit("/", 1)[1]
        getattr(tables, kind).extend(_entries(name, lines))
    return tables


def read(host):
    """The tables as they were at one moment; raises Unreadable."""
    for _ in range(TRIES):
        rc, output = host.dom0.run(f"xenhypfs ls {DIRECTORY}")
        if rc:
            raise Unreadable(f"no tables: hypfs has no {DIRECTORY}: "
                             f"{output.strip()[-200:]}")
        rc, output = host.dom0.run(READ_ALL, 60)
        if rc:
            raise Unreadable(f"reading {DIRECTORY}: exit {rc}: "
                             f"{output.strip()[-200:]}")
        tables = parse(output)
        if tables is not None:
            return tables
    raise Unreadable(f"the tables changed during each of {TRIES} readings")


def state(host):
    """on or off, or raises Unreadable where there is no module."""
    rc, output = host.dom0.run(f"xenhypfs cat {DIRECTORY}/state")
    if rc:
        raise Unreadable(f"no tables: hypfs has no {DIRECTORY}")
    return output.strip()
