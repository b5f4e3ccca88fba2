# SPDX-License-Identifier: GPL-2.0-only
"""Which hypervisor: stock, this project's module in it, or any file.

QEMU wants the multiboot ELF, not the compressed one.
"""
import gzip
import pathlib
from dataclasses import dataclass

from .paths import BUILD, LAB_BUILD, LabUnavailable, shown

STOCK = pathlib.Path("/boot/xen-4.17-amd64.gz")
MODULE = BUILD / "xen" / "xen"
DEBUG = BUILD / "xen-debug" / "xen"


@dataclass(frozen=True)
class Hypervisor:
    """One hypervisor to boot.

    name:       what reports call it
    elf:        the multiboot ELF
    has_module: which of a case's expectations hold for it
    """
    name: str
    elf: pathlib.Path
    has_module: bool


def _uncompressed(path):
    """path, or a cached uncompressed copy of it."""
    with open(path, "rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return path
    copy = LAB_BUILD / (path.name.removesuffix(".gz") + ".elf")
    if not copy.exists() or copy.stat().st_mtime < path.stat().st_mtime:
        LAB_BUILD.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(gzip.decompress(path.read_bytes()))
    return copy


def get(which):
    """The hypervisor named stock, module or debug, or at a path.

    A path counts as one with the module unless it ends in ":stock".
    Raises LabUnavailable where it has not been built or installed.
    """
    known = {"stock": (STOCK, False, "xen-hypervisor-4.17-amd64"),
             "module": (MODULE, True, "make xen"),
             "debug": (DEBUG, True, "make xen XEN_DEBUG=y")}
    if which in known:
        path, has_module, source = known[which]
    else:
        has_module = not which.endswith(":stock")
        path = pathlib.Path(which.removesuffix(":stock"))
        source = "no such file"
    if not path.exists():
        raise LabUnavailable(f"no hypervisor at {shown(path)} ({source})")
    return Hypervisor(which, _uncompressed(path), has_module)
