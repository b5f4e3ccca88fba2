# SPDX-License-Identifier: GPL-2.0-only
"""The Debian packages that the lab needs, installed by name."""
import os
import shutil
import subprocess

from .paths import LabUnavailable

# What must be there afterwards -> the package that brings it.
NEEDED = {
    "/usr/bin/qemu-system-x86_64": "qemu-system-x86",
    "/boot/xen-4.17-amd64.gz": "xen-hypervisor-4.17-amd64",
    "/usr/lib/xen-4.17/bin/xl": "xen-utils-4.17",
    "/usr/bin/xenstore-ls": "xenstore-utils",
    "/usr/include/xencall.h": "libxen-dev",
    "/usr/bin/gcc": "gcc",
    "/bin/busybox": "busybox-static",
    "/usr/bin/cpio": "cpio",
    "/sbin/depmod": "kmod",
    "/usr/bin/lspci": "pciutils",
}


def missing():
    """The packages whose files are not there, in the table's order."""
    return [package for path, package in NEEDED.items()
            if not os.path.exists(path)]


def ensure():
    """Installs what is missing; raises LabUnavailable where that fails.

    DEPS=no in the environment: nothing is installed, only looked at.
    """
    wanted = missing()
    if not wanted:
        return
    line = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    if os.environ.get("DEPS") == "no":
        raise LabUnavailable("packages missing (DEPS=no): " + " ".join(wanted))
    print("+ " + " ".join(line), flush=True)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise LabUnavailable("packages missing, and they can only be "
                             "installed by root with apt-get: "
                             + " ".join(wanted))
    done = subprocess.run(line, stdout=subprocess.DEVNULL,
                          env=dict(os.environ,
                                   DEBIAN_FRONTEND="noninteractive"))
    left = missing()
    if done.returncode or left:
        raise LabUnavailable(f"apt-get exit {done.returncode}, still missing: "
                             + " ".join(left))
