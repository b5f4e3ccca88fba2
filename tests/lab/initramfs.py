# SPDX-License-Identifier: GPL-2.0-only
"""dom0's root: an initramfs with the tools, the modules and our programs."""
import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess

from .paths import (BUILD, INITRAMFS, LAB, LAB_BUILD, PROJECT_PROGRAMS, TOP,
                    LabUnavailable)

# Loaded before dom0 counts as up, and beside it. nvme is last: loading it
# waits for the probe of disks that may never answer.
MODULES = {"early": ("xen-privcmd", "xen-evtchn", "xen-gntdev", "xenfs"),
           "drivers": ("virtio_pci", "virtio_blk", "minix", "e1000", "nvme")}

XEN_BIN = pathlib.Path("/usr/lib/xen-4.17/bin")

# Programs and where they go; their libraries come along.
PROGRAMS = {
    "/usr/bin/lspci": "usr/bin/lspci",
    "/usr/bin/setpci": "usr/bin/setpci",
    "/usr/bin/kmod": "sbin/modprobe",
    "/usr/sbin/mkfs.minix": "sbin/mkfs.minix",
    "/usr/sbin/xenhypfs": "usr/sbin/xenhypfs",
    "/usr/bin/xenstore-ls": "usr/bin/xenstore-ls",
    "/usr/bin/xenstore-read": "usr/bin/xenstore-read",
    "/usr/bin/xenstore-write": "usr/bin/xenstore-write",
    "/usr/bin/xenstore-watch": "usr/bin/xenstore-watch",
    str(XEN_BIN / "xl"): "usr/sbin/xl",
    str(XEN_BIN / "xenstored"): "usr/sbin/xenstored",
    str(XEN_BIN / "xen-init-dom0"): "usr/sbin/xen-init-dom0",
}
OPTIONAL = ("/usr/sbin/xenhypfs",)

# Loaded by name when it is needed, so that ldd does not show it.
CANCEL_LIBRARY = "/lib/x86_64-linux-gnu/libgcc_s.so.1"

# As it is installed on a host.
CONFIGURATION = TOP / "dom0-agent" / "xen-pcid.conf"

# The lab's own programs for dom0: what they are made of, with the libraries.
HELPERS = {"physdev-call": ("physdev-call.c", "hypercalls.c", "-lxencall"),
           "domctl-call": ("domctl-call.c", "hypercalls.c", "-lxencall"),
           "hypfs-dump": ("hypfs-dump.c", "-lxenhypfs")}


def _libraries(program):
    """The shared libraries that the program loads, as ldd tells."""
    out = subprocess.run(["ldd", program], capture_output=True, text=True)
    if "not found" in out.stdout:
        raise LabUnavailable(f"{program}: a library is missing:\n{out.stdout}")
    for line in out.stdout.splitlines():
        for word in line.split():
            if word.startswith("/"):
                yield pathlib.Path(word)


def _copy_program(source, root, target):
    destination = root / target
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, destination)
    destination.chmod(0o755)
    for library in _libraries(source):
        place = root / str(library).lstrip("/")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, place)


def _build_helpers():
    """Compiles those of which a source is newer."""
    LAB_BUILD.mkdir(parents=True, exist_ok=True)
    headers = max(header.stat().st_mtime for header in LAB.glob("*.h"))
    for name, parts in HELPERS.items():
        program = LAB_BUILD / name
        parts = [LAB / part if part.endswith(".c") else part for part in parts]
        newest = max(part.stat().st_mtime for part in parts
                     if isinstance(part, pathlib.Path))
        if (program.exists()
                and program.stat().st_mtime >= max(newest, headers)):
            continue
        subprocess.run(["gcc", "-std=gnu99", "-O1", "-Wall", "-Wextra",
                        "-Werror", "-o", program, *parts], check=True)


def _project_programs():
    programs = [BUILD / name for name in PROJECT_PROGRAMS]
    missing = [program.name for program in programs if not program.exists()]
    if missing:
        raise LabUnavailable(f"not built: {' '.join(missing)} (make)")
    return programs


def _fingerprint(kernel):
    """Changes when anything that goes into the initramfs changes."""
    digest = hashlib.sha256(kernel.version.encode())
    parts = [LAB / "init.sh", CONFIGURATION, pathlib.Path(__file__),
             *(LAB_BUILD / name for name in HELPERS),
             *map(pathlib.Path, PROGRAMS), *_project_programs()]
    for part in parts:
        if part.exists():
            stat = part.stat()
            digest.update(f"{part} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()


def _add_modules(folder, kernel):
    """The modules, and for each stage the order in which to load them."""
    folder.mkdir()
    for stage, names in MODULES.items():
        order = []
        for module in kernel.modules_with_dependencies(names):
            name = pathlib.Path(module).name
            if not (folder / name).exists():
                shutil.copy(module, folder / name)
                order.append(name)
        (folder / stage).write_text("".join(f"{name}\n" for name in order))


def _fill(root, kernel):
    for folder in ("bin", "sbin", "proc", "sys", "dev", "run", "tmp", "etc",
                   "usr/bin", "usr/sbin", "var/log", "var/lib/xenstored",
                   "var/lib/xen-pci",
                   "lib64"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy("/bin/busybox", root / "bin/busybox")
    shutil.copy(LAB / "init.sh", root / "init")
    (root / "init").chmod(0o755)
    for source, target in PROGRAMS.items():
        if source in OPTIONAL and not os.path.exists(source):
            continue
        _copy_program(source, root, target)
    for name in HELPERS:
        _copy_program(LAB_BUILD / name, root, f"usr/sbin/{name}")
    (root / "etc/xen").mkdir()
    shutil.copy(CONFIGURATION, root / "etc/xen/xen-pcid.conf")
    for program in _project_programs():
        _copy_program(program, root, f"usr/sbin/{program.name}")
    shutil.copy(CANCEL_LIBRARY, root / CANCEL_LIBRARY.lstrip("/"))
    _add_modules(root / "modules", kernel)


def _pack(root, target):
    names = subprocess.run(["find", ".", "-print0"], cwd=root,
                           capture_output=True, check=True).stdout
    archive = subprocess.run(
        ["cpio", "--quiet", "-0", "-o", "-H", "newc", "-R", "0:0"],
        cwd=root, input=names, capture_output=True, check=True).stdout
    scratch = target.with_suffix(".new")
    scratch.write_bytes(gzip.compress(archive, 1))
    scratch.rename(target)


def ensure(kernel):
    """The path of an up to date initramfs for this kernel."""
    _build_helpers()
    mark = INITRAMFS.with_suffix(".mark")
    now = _fingerprint(kernel)
    if INITRAMFS.exists() and mark.exists() and mark.read_text() == now:
        return INITRAMFS
    root = LAB_BUILD / "initramfs-root"
    shutil.rmtree(root, ignore_errors=True)
    _fill(root, kernel)
    _pack(root, INITRAMFS)
    mark.write_text(now)
    return INITRAMFS
