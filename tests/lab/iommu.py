# SPDX-License-Identifier: GPL-2.0-only
"""What the emulated IOMMU translates with, read from the machine's memory.

The tables are the only witness of isolation: a device under another domain's
page tables reads and writes as if all were well.
"""
import struct
from dataclasses import dataclass

# Xen's numbers for domains that are none: dom_io is who has what is in
# quarantine. From DOMID_PSEUDO on, each quarantined device has its own.
DOM_IO = 32753
DOMID_PSEUDO = 0x8000

PAGE = 4096
# Bits 51 to 12 of an entry.
ADDRESS = 0x000ffffffffff000

VTD_BASE = 0xfed90000
VTD_CAP = VTD_BASE + 0x08
# Global command (write only) and status share one quad.
VTD_STATUS = VTD_BASE + 0x18
VTD_ROOT = VTD_BASE + 0x20
VTD_ENABLED = 1 << 63
VTD_CACHING_MODE = 1 << 7
VTD_PASS_THROUGH = 2

AMD_BASE = 0xfed80000
AMD_CONTROL = AMD_BASE + 0x18
AMD_ENABLED = 1
AMD_ENTRY = 32


@dataclass(frozen=True)
class Entry:
    """What a requester ID's DMA is translated with.

    domain: the domain's number; pseudo ones (see above) are quarantine
    root:   address of its page table; 0: not translated, all memory
    """
    domain: int
    root: int

    def is_quarantine(self):
        return self.domain >= DOMID_PSEUDO or self.domain == DOM_IO

    def words(self):
        if self.is_quarantine():
            return f"quarantine {self.domain:#x}"
        if not self.root:
            return "all memory, untranslated"
        return f"d{self.domain}"


def name(rid):
    """A requester ID as a BDF."""
    return f"{rid >> 8:02x}:{rid >> 3 & 0x1f:02x}.{rid & 7}"


def number(bdf):
    """The other way round; a segment in front (0000:) does not matter."""
    bus, slot = bdf.split(":")[-2:]
    device, function = slot.split(".")
    return int(bus, 16) << 8 | int(device, 16) << 3 | int(function, 16)


class Tables:
    """Requester ID -> Entry where one is present; the IOMMU is on or not."""

    def __init__(self, enabled, entries):
        self.enabled = enabled
        self.entries = entries

    def words(self):
        """Without those of special IDs, which are many on AMD."""
        return ", ".join(f"{name(rid)} {entry.words()}"
                         for rid, entry in sorted(self.entries.items())
                         if entry.root)


def read(memory, kind):
    """kind: intel or amd."""
    return {"intel": _read_vtd, "amd": _read_amd}[kind](memory)


def _pairs(data):
    return struct.iter_unpack("<QQ", data)


def vtd_entry(low, high, caching_mode):
    """A context entry (VT-d specification 9.3), None where not present."""
    if not low & 1:
        return None
    domain = high >> 8 & 0xffff
    if caching_mode:
        # Such an IOMMU may not be given 0: Xen inverts the number.
        domain = ~domain & 0xffff
    through = low >> 2 & 3 == VTD_PASS_THROUGH
    return Entry(domain, 0 if through else low & ADDRESS)


def _read_vtd(memory):
    enabled = bool(memory.register(VTD_STATUS) & VTD_ENABLED)
    caching_mode = bool(memory.register(VTD_CAP) & VTD_CACHING_MODE)
    root = memory.register(VTD_ROOT) & ADDRESS
    entries = {}
    if not enabled:
        return Tables(False, entries)
    for bus, (low, _) in enumerate(_pairs(memory.read(root, PAGE))):
        if not low & 1:
            continue
        contexts = _pairs(memory.read(low & ADDRESS, PAGE))
        for devfn, (low, high) in enumerate(contexts):
            entry = vtd_entry(low, high, caching_mode)
            if entry:
                entries[bus << 8 | devfn] = entry
    return Tables(True, entries)


def amd_entry(low, high):
    """A device table entry (AMD IOMMU specification 2.2.2.1); None where
    no DMA passes."""
    valid, translated = low & 1, low >> 1 & 1
    if valid and not translated:
        return None
    # Without V, or with V and TV but mode 0, DMA passes as it is.
    through = not valid or not low >> 9 & 7
    return Entry(high & 0xffff, 0 if through else low & ADDRESS)


def _read_amd(memory):
    enabled = bool(memory.register(AMD_CONTROL) & AMD_ENABLED)
    base = memory.register(AMD_BASE)
    entries = {}
    if not enabled:
        return Tables(False, entries)
    data = memory.read(base & ADDRESS, ((base & 0x1ff) + 1) * PAGE)
    for rid in range(len(data) // AMD_ENTRY):
        entry = amd_entry(*struct.unpack_from("<QQ", data, rid * AMD_ENTRY))
        if entry:
            entries[rid] = entry
    return Tables(True, entries)
