# SPDX-License-Identifier: GPL-2.0-only
"""Where things are: the source tree, and what the lab makes below build/lab."""
import os
import pathlib

LAB = pathlib.Path(__file__).resolve().parent
TOP = LAB.parent.parent
BUILD = TOP / "build"
LAB_BUILD = BUILD / "lab"

KERNEL_DIR = LAB_BUILD / "kernel"
INITRAMFS = LAB_BUILD / "initramfs.gz"
RUNS = LAB_BUILD / "runs"
RESULTS = LAB_BUILD / "results.json"
RESULTS_TABLE = TOP / "docs" / "lab-results.md"

# depmod and modprobe, which not everybody has in the path.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + \
    ":/usr/sbin:/sbin"

# The project's programs that dom0 gets when they have been built.
PROJECT_PROGRAMS = ("xen-pcid", "xl-pci")


class LabUnavailable(Exception):
    """The lab cannot run here (no QEMU, no package, no hypervisor).

    The text is for the person who reads why a case was skipped.
    """


def shown(path):
    """A path as a person reads it: within the tree, relative to its top."""
    return path.relative_to(TOP) if path.is_relative_to(TOP) else path
