# SPDX-License-Identifier: GPL-2.0-only
"""Everything that a round needs to know of dom0 and Xen, in one command.

Processes are slow in dom0 and its serial port is slower: one command reads
it all and sends it packed.
"""
import base64
import gzip
from dataclasses import dataclass

from . import hypfs, sight, truth

PARTS = {"hypfs": f"{hypfs.READ_ALL} | sed 's/^== /=h /'",
         "lspci": truth.LSPCI, "links": truth.LINKS, "tree": sight.TREE,
         "xen": "physdev-call list 0000"}


@dataclass
class Look:
    """tables: None where there are none (a stock Xen), or while they changed
    devices: as truth.devices(); places: stable path -> SBDF
    known: the SBDFs that Xen says it knows"""
    tables: hypfs.Tables
    devices: list
    places: dict
    known: set

    def difference(self):
        """How the tables differ from dom0, in words; None: not at all."""
        if self.tables is None:
            return "no tables"
        try:
            truth.compare(self.tables, self.devices)
        except truth.Differs as differs:
            return str(differs)
        return self.lists_differ()

    def lists_differ(self):
        """The same for the mere lists of devices."""
        dom0 = {device["sbdf"] for device in self.devices}
        if dom0 == self.known:
            return None
        return (f"stale: {' '.join(sorted(self.known - dom0)) or 'none'}; "
                f"missing: {' '.join(sorted(dom0 - self.known)) or 'none'}")


def _parts(output):
    parts, lines = {}, None
    for line in output.splitlines():
        if line.startswith("=p "):
            lines = parts.setdefault(line[3:], [])
        elif lines is not None:
            lines.append(line)
    return {name: "\n".join(lines) for name, lines in parts.items()}


def command(first=""):
    """The shell command; first is done before."""
    reads = "; ".join(f"echo '=p {name}'; {read}"
                      for name, read in PARTS.items())
    return (f"{first}\n"
            f"{{ {reads}; }} >/run/look 2>&1; gzip -c1 /run/look | base64")


def take(host, first="", timeout=60):
    """Does something in dom0 (a shell command) and looks right after."""
    output = sight.ask(host, command(first), timeout)
    try:
        packed = base64.b64decode(output.encode())
        parts = _parts(gzip.decompress(packed).decode(errors="replace"))
    except (ValueError, OSError, EOFError) as error:
        raise sight.Unseen(f"dom0 says {output.strip()[:300]!r}") from error
    text = parts["hypfs"].replace("=h ", "== ")
    try:
        tables = hypfs.parse(text) if text.startswith("== ") else None
    except hypfs.Unreadable as unreadable:
        raise sight.Unseen(str(unreadable)) from unreadable
    return Look(tables, truth.read(parts["lspci"], parts["links"]),
                {sight.stable_path(line): line.rsplit("/", 1)[1]
                 for line in parts["tree"].split()},
                set(parts["xen"].split()))
