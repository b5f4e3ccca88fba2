# SPDX-License-Identifier: GPL-2.0-only
"""A bare Debian 12 or 13 in a folder, to install packages in."""

import contextlib
import os
import pathlib
import shutil
import subprocess

# By suite: the release of Xen in it.
XENS = {"bookworm": "4.17", "trixie": "4.20"}
SOURCES = """\
deb http://deb.debian.org/debian {suite} main
deb http://deb.debian.org/debian {suite}-updates main
deb http://deb.debian.org/debian-security {suite}-security main
"""
# What apt, dpkg and the tests themselves write, and what is mounted.
NOT_COMPARED = ("proc", "sys", "dev", "tmp", "run/lock", "var/cache",
                "var/lib/apt", "var/lib/dpkg", "var/log")
SECONDS = 1800


class TestEnded(Exception):
    """There is no going on."""


class Chroot:
    """Used by `with`: it is made, mounted, and gone again afterwards."""

    def __init__(self, scratch, base, suite):
        self.top = pathlib.Path(scratch, "root")
        self.base = base
        self.suite = suite
        self.xen = XENS[suite]
        self.mounts = []

    def __enter__(self):
        if self.base:
            subprocess.run(["cp", "-a", self.base, self.top], check=True)
        else:
            subprocess.run(["mmdebstrap", "-q", "--variant=apt",
                            self.suite, self.top, "-"], check=True, text=True,
                           input=SOURCES.format(suite=self.suite))
        self.path("etc/apt/sources.list").write_text(
            SOURCES.format(suite=self.suite))
        for name in ("etc/resolv.conf", "etc/hosts"):
            if os.path.exists("/" + name):
                shutil.copy("/" + name, self.path(name))
        # There is no init system: say that services may be started anyhow.
        policy = self.path("usr/sbin/policy-rc.d")
        policy.write_text("#!/bin/sh\nexit 0\n")
        policy.chmod(0o755)
        try:
            self.mount("-t", "proc", "proc", "proc")
            self.mount("--bind", "/sys", "/sys", "sys")
            said = self.run("apt-get", "-q", "update")
            if said.returncode:
                raise TestEnded("apt-get update:\n" + said.stdout)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for pid in self.processes("xen-pcid"):
            os.kill(pid, 9)
        for place in reversed(self.mounts):
            subprocess.run(["umount", "-l", place], check=False)
        self.mounts = []

    def mount(self, *arguments):
        *how, place = arguments
        if how[0] == "--bind":
            how = how[:2]
        self.path(place).mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *how, self.path(place)], check=True)
        self.mounts.append(self.path(place))

    def unmount(self, place):
        subprocess.run(["umount", self.path(place)], check=True)
        self.mounts.remove(self.path(place))

    def path(self, *parts):
        return self.top.joinpath(*parts)

    def run(self, *command):
        """Both streams in one; nothing of the caller's environment."""
        return subprocess.run(
            ["chroot", self.top, *command], text=True, timeout=SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                 "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})

    def install(self, *files):
        """Packages that are files outside."""
        inside = []
        for file in files:
            shutil.copy(file, self.path("tmp"))
            inside.append(f"/tmp/{file.name}")
        done = self.run("apt-get", "-y", "-q", "--no-install-recommends",
                        "install", *inside)
        for name in inside:
            self.path(name[1:]).unlink()
        return done

    def satisfy(self, dependencies):
        done = self.run("apt-get", "-y", "-q", "--no-install-recommends",
                        "satisfy", dependencies)
        if done.returncode:
            raise TestEnded(f"cannot install {dependencies}:\n{done.stdout}")

    def listing(self):
        """Every file and folder, with its kind and mode."""
        found = set()
        for place, folders, files in os.walk(self.top):
            relative = os.path.relpath(place, self.top)
            folders[:] = [name for name in folders if os.path.normpath(
                os.path.join(relative, name)) not in NOT_COMPARED]
            for name in folders + files:
                status = os.lstat(os.path.join(place, name))
                found.add(f"{os.path.normpath(os.path.join(relative, name))} "
                          f"{status.st_mode:o}")
        return found

    def processes(self, name):
        """Those that run in the chroot under this name."""
        found = set()
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                if (entry / "comm").read_text().strip() == name and \
                        os.path.samefile(entry / "root", self.top):
                    found.add(int(entry.name))
        return found

    @contextlib.contextmanager
    def pretended_xen(self):
        """/proc/xen/capabilities, as xenfs shows it in dom0.

        /proc takes no new names, so the init script, a configuration file
        that an administrator may change, looks elsewhere while this lasts.
        """
        script = self.path("etc/init.d/xen-pcid")
        original = script.read_text()
        mark = self.path("run/pretended-capabilities")
        mark.write_text("control_d\n")
        script.write_text(original.replace("/proc/xen/capabilities",
                                           "/run/pretended-capabilities"))
        try:
            yield
        finally:
            script.write_text(original)
            mark.unlink()
