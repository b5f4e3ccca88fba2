# SPDX-License-Identifier: GPL-2.0-only
"""What the tables have to be, worked out from config space as dom0 reads it.

Written from docs/rules and the PCI specifications, without any of the
project's C code, so that the two can be held against each other.
"""
import re
from dataclasses import dataclass

from . import sight

CAP_ID_EXPRESS = 0x10
PCI_STATUS_CAP_LIST = 0x10

# Device/port type in the PCI Express capabilities register.
EXPRESS_TYPES = {0: "endpoint", 1: "endpoint", 4: "root-port",
                 5: "upstream-port", 6: "downstream-port",
                 7: "pcie-to-pci-bridge", 8: "pci-to-pcie-bridge",
                 9: "rciep", 10: "rcec"}
CLASS_TYPES = {"0600": "host-bridge", "0604": "pci-bridge",
               "0607": "cardbus-bridge"}
ALIASING = ("pcie-to-pci-bridge", "pci-to-pcie-bridge", "pci-bridge")

HEAD = re.compile(r"^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2}\.[0-7]) ")
ROW = re.compile(r"^([0-9a-f]{2}): ((?:[0-9a-f]{2} ?){16})$")


class Differs(Exception):
    """The tables are not what dom0 reads."""


@dataclass
class Bridge:
    sbdf: str
    type: str
    bus: int
    secondary: int
    subordinate: int


def _config_spaces(dump):
    """lspci -Dxxx: SBDF -> the first 256 bytes of config space."""
    spaces, current = {}, None
    for line in dump.splitlines():
        head, row = HEAD.match(line), ROW.match(line.strip())
        if head:
            current = spaces.setdefault(line.split()[0], bytearray(256))
        elif row and current is not None:
            start = int(row.group(1), 16)
            current[start:start + 16] = bytes.fromhex(row.group(2))
    return spaces


def _device_type(space, class_code):
    """Follows the capability list; 48 entries are all that fit."""
    if space[6] & PCI_STATUS_CAP_LIST:
        place = space[0x34] & 0xfc
        for _ in range(48):
            if not place:
                break
            if space[place] == CAP_ID_EXPRESS:
                return EXPRESS_TYPES.get(space[place + 2] >> 4, "unknown")
            place = space[place + 1] & 0xfc
    return CLASS_TYPES.get(class_code[:4], "pci-device")


def _device(sbdf, space, physfns):
    class_code = f"{space[11]:02x}{space[10]:02x}{space[9]:02x}"
    header = space[14] & 0x7f
    bus = int(sbdf.rsplit(":", 2)[1], 16)
    bridge = header in (1, 2)
    return {
        "sbdf": sbdf, "type": _device_type(space, class_code),
        "class": class_code, "revision": f"{space[8]:02x}",
        "vendor": f"{space[1]:02x}{space[0]:02x}",
        "device": f"{space[3]:02x}{space[2]:02x}",
        "header": f"{header:02x}",
        "primary": f"{bus:02x}" if bridge else "-",
        "secondary": f"{space[0x19]:02x}" if bridge else "-",
        "subordinate": f"{space[0x1a]:02x}" if bridge else "-",
        "physfn": physfns.get(sbdf, "-")}


LSPCI = "lspci -Dxxx"
# "VF PF" a line.
LINKS = ("for d in /sys/bus/pci/devices/*/physfn; do [ -e $d ] || continue; "
         "echo $(basename $(dirname $d)) $(basename $(readlink $d)); done")


def read(dump, links):
    """The devices, from what LSPCI and LINKS print."""
    physfns = dict(line.split() for line in links.splitlines()
                   if line.strip())
    spaces = _config_spaces(dump)
    return [_device(sbdf, spaces[sbdf], physfns) for sbdf in sorted(spaces)]


def devices(host):
    """Every device that dom0 has, with the keys that hypfs has of it."""
    return read(sight.ask(host, LSPCI, 60), sight.ask(host, LINKS))


def _bridges(entries):
    """segment -> the bridges that cover buses."""
    segments = {}
    for entry in entries:
        segment, bus, _ = entry["sbdf"].rsplit(":", 2)
        found = segments.setdefault(segment, [])
        if entry["secondary"] == "-":
            continue
        bridge = Bridge(entry["sbdf"], entry["type"], int(bus, 16),
                        int(entry["secondary"], 16),
                        int(entry["subordinate"], 16))
        if bridge.bus < bridge.secondary <= bridge.subordinate:
            found.append(bridge)
    return segments


def _leads_to(bridges, bus):
    """The bridge whose secondary it is, else the innermost; else None."""
    holding = [bridge for bridge in bridges
               if bridge.secondary <= bus <= bridge.subordinate]
    return min(holding, default=None,
               key=lambda bridge: (bridge.secondary != bus,
                                   bridge.subordinate - bridge.secondary,
                                   bridge.sbdf))


def _alias(bridges, bus):
    """The topmost aliasing bridge on the way up from a bus, or None."""
    alias, bridge = None, _leads_to(bridges, bus)
    while bridge is not None:
        if bridge.type in ALIASING:
            alias = bridge
        bridge = _leads_to(bridges, bridge.bus)
    return alias


def buses(entries):
    """What hypfs has to say of each bus."""
    found = []
    for segment, bridges in sorted(_bridges(entries).items()):
        for bus in range(256):
            bridge = _leads_to(bridges, bus)
            if bridge is None:
                continue
            alias = _alias(bridges, bus)
            found.append({
                "segment": segment, "bus": f"{bus:02x}",
                "bridge": bridge.sbdf,
                "alias": alias.sbdf if alias else "-",
                "secondary": f"{alias.secondary:02x}" if alias else "-"})
    return found


def _differences(what, seen, wanted):
    """Two lists of entries by key, where they differ, in words."""
    for key in sorted(seen.keys() | wanted.keys()):
        if key not in seen:
            yield f"{what} {key} is missing"
        elif key not in wanted:
            yield f"{what} {key} is in the tables, not in dom0"
        else:
            yield from (f"{what} {key}: {name}={seen[key].get(name)}, "
                        f"dom0 has {value}"
                        for name, value in wanted[key].items()
                        if seen[key].get(name) != value)


def _is_true(problem, entries):
    """Whether dom0 shows the same problem: a bridge without buses."""
    if problem.get("kind") != "unconfigured":
        return False
    bridge = next((entry for entry in entries
                   if entry["sbdf"] == problem.get("sbdf")), None)
    return (bridge is not None and bridge["secondary"] != "-"
            and not int(bridge["primary"], 16) < int(bridge["secondary"], 16)
            <= int(bridge["subordinate"], 16))


def compare(tables, entries):
    """Holds the tables (hypfs.Tables) against what devices() gave.

    Returns what was compared, or raises Differs.
    """
    wanted = buses(entries)
    found = list(_differences(
        "device", {entry.get("sbdf"): entry for entry in tables.devices},
        {entry["sbdf"]: entry for entry in entries}))
    # A bus has no segment of its own in the tables: its bridge has.
    found += _differences(
        "bus", {(entry.get("bridge", ":").rsplit(":", 2)[0],
                 entry.get("bus")): entry for entry in tables.buses},
        {(entry.pop("segment"), entry["bus"]): entry for entry in wanted})
    found += [f"problem {entry.get('kind')} at {entry.get('sbdf')}"
              for entry in tables.problems
              if not _is_true(entry, entries)]
    if found:
        more = f" (and {len(found) - 6} more)" if len(found) > 6 else ""
        raise Differs("; ".join(found[:6]) + more)
    return f"{len(entries)} devices and {len(wanted)} buses as in dom0"
