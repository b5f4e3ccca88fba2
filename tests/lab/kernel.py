# SPDX-License-Identifier: GPL-2.0-only
"""dom0's kernel and its modules, unpacked from Debian's package.

The package is not installed: only its files are wanted.
"""
import re
import shutil
import subprocess

from .paths import KERNEL_DIR, LabUnavailable


def _package_name():
    """The package that linux-image-amd64 depends on now."""
    out = subprocess.run(["apt-cache", "depends", "linux-image-amd64"],
                         capture_output=True, text=True).stdout
    found = re.search(r"Depends: (linux-image-[0-9]\S*-amd64)\b", out)
    if not found:
        raise LabUnavailable("apt-cache knows no kernel that "
                             "linux-image-amd64 depends on")
    return found.group(1)


def _fetch(root):
    """Downloads and unpacks the kernel's package into root."""
    package = _package_name()
    work = KERNEL_DIR / "download"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run(["apt-get", "download", package], cwd=work,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    debs = list(work.glob("*.deb"))
    if len(debs) != 1:
        raise LabUnavailable(f"apt-get download {package} gave no package")
    unpacked = work / "root"
    subprocess.run(["dpkg", "-x", debs[0], unpacked], check=True)
    version = package.removeprefix("linux-image-")
    subprocess.run(["depmod", "-b", unpacked, version], check=True)
    unpacked.rename(root)
    shutil.rmtree(work)


class Kernel:
    """An unpacked kernel: .image, .version, and modules by name."""

    def __init__(self, root):
        self.root = root
        self.image = next((root / "boot").glob("vmlinuz-*"))
        self.version = self.image.name.removeprefix("vmlinuz-")

    def modules_with_dependencies(self, names):
        """Paths of the modules, each after what it depends on."""
        paths = []
        for name in names:
            out = subprocess.run(
                ["modprobe", "-d", self.root, "-S", self.version,
                 "--show-depends", name],
                capture_output=True, text=True, check=True).stdout
            for line in out.splitlines():
                kind, _, path = line.strip().partition(" ")
                if kind == "insmod" and path not in paths:
                    paths.append(path.split()[0])
        return paths


def ensure():
    """The kernel, fetched if it is not cached."""
    root = KERNEL_DIR / "root"
    if not root.exists():
        KERNEL_DIR.mkdir(parents=True, exist_ok=True)
        _fetch(root)
    return Kernel(root)
