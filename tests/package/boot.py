# SPDX-License-Identifier: GPL-2.0-only
"""xen-pci-module-boot in a root file system with GRUB and Debian's Xen.

GRUB's own scripts make the menus; what there is no disk for is answered by a
stub: /usr/sbin/grub-probe.  A kernel is pretended, Debian's Xen is real.
What GRUB would boot is found in grub.cfg and grubenv as GRUB finds it: by
number, by title or by identifier.
"""

import contextlib
import gzip
import hashlib
import os
import re
import shutil

BOOT = "xen-pci-module-boot"
KERNEL = "6.1.0-1-amd64"
TRIAL, DEFAULT = "xen-pci-trial", "xen-pci"

# One disk, one ext4.  /run/abstraction: what is between it and /boot/grub.
PROBE = """\
#!/bin/sh
case "$*" in
*target=device*) echo /dev/sda1 ;;
*target=fs_uuid*) echo 0c3c6a1e-0000-4000-8000-000000000016 ;;
*target=partuuid*) exit 1 ;;
*target=fs*) echo ext2 ;;
*target=partmap*) echo gpt ;;
*target=abstraction*) cat /run/abstraction 2>/dev/null || true ;;
esac
"""
SETTINGS = """\
GRUB_DEFAULT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX="console=hvc0 option='with blanks'"
GRUB_CMDLINE_XEN_DEFAULT="dom0_mem=1G,max:1G ucode=scan"
GRUB_CMDLINE_XEN="com1=115200,8n1 console=com1,vga"
"""


def prepare(root):
    """Debian's Xen, GRUB, and a /boot as of an installed machine."""
    root.satisfy(f"xen-hypervisor-{root.xen}-amd64, xen-hypervisor-common, "
                 "grub2-common, binutils")
    root.run("dpkg-divert", "--local", "--rename", "/usr/sbin/grub-probe")
    stub = root.path("usr/sbin/grub-probe")
    stub.write_text(PROBE)
    stub.chmod(0o755)
    root.path("etc/default/grub").write_text(SETTINGS)
    for name in ("vmlinuz", "initrd.img"):
        root.path(f"boot/{name}-{KERNEL}").write_text(name)
    root.path(f"boot/config-{KERNEL}").write_text("CONFIG_XEN_DOM0=y\n")
    root.path("boot/grub").mkdir(exist_ok=True)
    root.run("grub-editenv", "/boot/grub/grubenv", "create")
    # A menu entry of the administrator's, last.
    with open(root.path("etc/grub.d/40_custom"), "a") as custom:
        custom.write("menuentry 'mine' {\n\ttrue\n}\n")


class Menu:
    """What GRUB would do with what is in /boot."""

    def __init__(self, root):
        self.text = root.path("boot/grub/grub.cfg").read_text()
        self.entries = re.findall(
            r"^(?:menuentry|submenu) '((?:[^']|'\\'')*)'.*?"
            r"(?:menuentry_id_option '([^']*)' )?\{$", self.text, re.M)
        self.default = re.findall(r'^ *set default="([^"$]*)"$', self.text,
                                  re.M)[-1]
        environment = root.path("boot/grub/grubenv").read_text()
        self.once = dict(line.split("=", 1) for line in
                         environment.splitlines()[1:] if "=" in line)

    def find(self, wanted):
        if wanted.isdigit():
            return self.entries[int(wanted)]
        for entry in self.entries:
            if wanted in entry:
                return entry
        return self.entries[0]

    def boots(self):
        """The identifier of what the default boots; the first Xen of it."""
        return self.find(self.default)[1]

    def boots_next(self):
        return self.find(self.once.get("next_entry") or self.default)[1]

    def block(self, identifier):
        found = re.search(rf"^menuentry [^\n]*'{re.escape(identifier)}' \{{\n"
                          r"(.*?)^\}\n", self.text, re.M | re.S)
        return found.group(1) if found else ""

    def loads(self, identifier):
        """The file of the hypervisor."""
        found = re.search(r"^\s*multiboot2?\s+(\S+)", self.block(identifier),
                          re.M)
        return found.group(1) if found else "/none"

    def ids(self):
        return [identifier for _, identifier in self.entries]


def files(root, place="boot"):
    """Every file and folder below it, with mode and content."""
    found = {}
    for path in sorted(root.path(place).rglob("*")):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() \
            if path.is_file() else ""
        found[str(path.relative_to(root.top))] = (oct(status.st_mode), content)
    return found


def differing(first, second):
    return "\n".join(name for name in sorted(set(first) | set(second))
                     if first.get(name) != second.get(name))


def change_build_id(image, byte):
    """The same image as another build of it would be."""
    data = bytearray(gzip.decompress(image.read_bytes()))
    note = data.index(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0") + 16
    data[note] = byte
    image.write_bytes(gzip.compress(bytes(data), 1, mtime=0))
    return data[note:note + 20].hex()


@contextlib.contextmanager
def instead(path, content):
    """A file has other content for a while, or none (None)."""
    before = path.read_bytes() if path.exists() else None
    mode = path.stat().st_mode if before is not None else 0o755
    try:
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
            path.chmod(mode)
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
            path.chmod(mode)


class BootTest:
    def __init__(self, findings, root, built):
        self.check = findings.check
        self.root = root
        self.tree = root.path("tmp/tree")
        shutil.copytree(built, self.tree)
        self.image = self.tree / "xen/xen.gz"
        self.version_file = self.tree / "xen/include/xen/compile.h"

    def boot(self, *arguments, path=""):
        return self.root.run("env", "PATH=" + path + "/usr/sbin:/usr/bin",
                             "XEN_PCI_RUNNING=/run/running", BOOT, *arguments)

    def refused(self, expected, *arguments, code=1, path=""):
        """It fails, says why, and /boot is as before."""
        before = files(self.root)
        said = self.boot(*arguments, path=path)
        after = files(self.root)
        self.check(said.returncode == code and expected in said.stdout,
                   f"{arguments} is refused with '{expected}'", said.stdout)
        self.check(before == after, f"{expected}: nothing is lost",
                   differing(before, after))

    def done(self, *arguments):
        said = self.boot(*arguments)
        self.check(said.returncode == 0, f"{BOOT} {arguments}", said.stdout)
        menu = Menu(self.root)
        checked = self.root.run("grub-script-check", "/boot/grub/grub.cfg")
        self.check(checked.returncode == 0, "GRUB reads the menu",
                   checked.stdout)
        return menu

    # --- One thought each ---------------------------------------------------

    def check_stock_way(self):
        """What a copy to /boot does: it is the default.  The test sees it."""
        menu = Menu(self.root)
        usual = menu.boots()
        self.check(menu.loads(usual).startswith(f"/boot/xen-{self.root.xen}"),
                   "Debian's Xen is the default", menu.text)
        copy = self.root.path(f"boot/xen-{self.root.xen}-xen-pci.gz")
        shutil.copy(self.image, copy)
        self.root.run("update-grub")
        menu = Menu(self.root)
        self.check(menu.loads(menu.boots()) == f"/boot/{copy.name}",
                   "an image beside the stock one is the default", menu.text)
        copy.unlink()
        self.root.run("update-grub")

    def check_usage(self):
        for words in ((), ("wrong",), ("install",), ("install", "/a", "/b"),
                      ("try", "/tmp"), ("try", "default"), ("--wrong",),
                      ("try", "--untried")):
            self.refused("--help", *words, code=2)
        said = self.boot("status")
        self.check("nothing is installed" in said.stdout, "status: nothing",
                   said.stdout)
        self.refused("no trial entry", "try")
        self.refused("no trial to make", "default")

    def check_refusals(self):
        root = self.root
        tree = "/tmp/tree"
        self.refused("xen-pci-module-build /tmp makes it", "install", "/tmp")
        stock = next(root.path("boot").glob("xen-*-amd64.gz"))
        with instead(self.image, stock.read_bytes()):
            self.refused("no xen-pci module", "install", tree)
        with instead(self.image, self.image.read_bytes()[:-1000]):
            self.refused("is damaged", "install", tree)
        with instead(self.version_file, b""):
            self.refused("unknown version", "install", tree)
        version = self.version_file.read_text()
        other = re.sub(r"(XEN_SUBVERSION\s+)\d+", r"\g<1>1", version)
        with instead(self.version_file, other.encode()):
            self.refused("no stock Xen 4.1 is installed", "install", tree)
        odd = re.sub(r'(XEN_EXTRAVERSION\s+")', r"\g<1>/../x", version)
        with instead(self.version_file, odd.encode()):
            self.refused("cannot be a file's name", "install", tree)
        with instead(root.path("boot/grub/grub.cfg"), None):
            self.refused("no /boot/grub/grub.cfg", "install", tree)
        with instead(root.path("usr/sbin/grub-reboot"), None):
            self.refused("no grub-reboot", "install", tree)
        with instead(root.path("etc/grub.d/90_xen_pci"), None):
            self.refused("no /etc/grub.d/90_xen_pci", "install", tree)
        held = root.path("run/lock/xen-pci-module-boot")
        said = root.run("flock", "/run/lock/xen-pci-module-boot", BOOT,
                        "install", tree)
        self.check(said.returncode == 1 and "is at work" in said.stdout
                   and held.exists(), "one at a time", said.stdout)

    def check_half_done(self):
        """Whatever fails on the way, /boot is as before."""
        root, tree = self.root, "/tmp/tree"
        with instead(root.path("etc/grub.d/95_fails"),
                     b"#!/bin/sh\nexit 1\n"):
            self.refused("grub-mkconfig failed", "install", tree)
        with instead(root.path("etc/grub.d/95_wrong"),
                     b"#!/bin/sh\necho 'if true; then'\n"):
            self.refused("grub-mkconfig failed", "install", tree)
        with instead(root.path("etc/grub.d/20_linux_xen"),
                     b"#!/bin/sh\nexit 0\n"):
            self.refused("no entry of a stock Xen", "install", tree)
        tools = root.path("tmp/tools")
        tools.mkdir()
        for name, text, expected in (
                ("cp", 'shift; head -c 1000 "$1" >"$2"', "cannot be written"),
                ("sync", "exit 1", "cannot be written"),
                ("grub-mkconfig", "kill -TERM $PPID; sleep 0.1", "")):
            with instead(tools / name, f"#!/bin/sh\n{text}\n".encode()):
                self.refused(expected, "install", tree, path="/tmp/tools:")
        tools.rmdir()
        self.check_no_room()

    def check_no_room(self):
        root = self.root
        aside = root.path("tmp/boot")
        shutil.copytree(root.path("boot"), aside)
        kilobytes = sum(-(-path.stat().st_size // 4096) * 4
                        for path in aside.rglob("*")) + 64
        root.mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", "boot")
        shutil.copytree(aside, root.path("boot"), dirs_exist_ok=True)
        try:
            self.refused("KiB are needed", "install", "/tmp/tree")
        finally:
            root.unmount("boot")
        shutil.rmtree(aside)

    def check_install(self):
        before, menu_before = files(self.root), Menu(self.root)
        menu = self.done("install", "/tmp/tree")
        after = files(self.root)
        self.check({name for name in before if after[name] != before[name]}
                   == {"boot/grub/grub.cfg"}
                   and all(name.startswith("boot/xen-pci")
                           for name in set(after) - set(before)),
                   "install: only grub.cfg and boot/xen-pci",
                   differing(before, after))
        self.check(after["boot/grub/grub.cfg"][0]
                   == before["boot/grub/grub.cfg"][0], "grub.cfg's mode")
        self.check(menu.boots() == menu_before.boots()
                   == menu.boots_next(), "the default is as before")
        self.check(menu.ids() == menu_before.ids() + [TRIAL],
                   "one entry more, behind all others", str(menu.entries))
        image = self.root.path(menu.loads(TRIAL)[1:])
        self.check(image.read_bytes() == self.image.read_bytes(),
                   "the trial loads the image")
        self.check_same_arguments(menu, TRIAL)
        return menu

    def check_same_arguments(self, menu, identifier):
        """But for the image and its name in words, it is the stock entry."""
        def lines(name):
            text = menu.block(name)
            image = menu.loads(name)
            text = text.replace(image, "IMAGE")
            text = re.sub(r"'Loading Xen .*'", "'Loading Xen'", text)
            return [line.split() for line in text.splitlines()]
        self.check(lines(identifier) == lines(self.stock_id),
                   f"{identifier} has the stock entry's arguments",
                   menu.block(identifier))
        self.check("dom0_mem=1G" in menu.block(identifier)
                   and "option='with blanks'" in menu.block(identifier)
                   and f"initrd.img-{KERNEL}" in menu.block(identifier),
                   f"{identifier} has what /etc/default/grub says",
                   menu.block(identifier))

    def check_try(self):
        with instead(self.root.path("run/abstraction"), b"lvm\n"):
            self.refused("would not end after one boot", "try")
        menu = self.done("try")
        self.check(menu.boots_next() == TRIAL and menu.boots() != TRIAL,
                   "the next boot is the trial, and only that")
        # GRUB takes the mark away when it boots.
        self.root.run("grub-editenv", "/boot/grub/grubenv", "unset",
                      "next_entry")

    def check_default(self):
        running = self.root.path("run/running")
        self.refused("is not what runs now", "default")
        with instead(running, b"00" * 20 + b"\n"):
            self.refused("is not what runs now", "default")
        build = change_build_id(self.image, 0x51)
        self.done("install", "/tmp/tree")
        with instead(running, build.encode() + b"\n"):
            menu = self.done("default")
        self.check(menu.boots() == DEFAULT and TRIAL not in menu.ids(),
                   "the image is the default", menu.text)
        self.check_same_arguments(menu, DEFAULT)
        self.check(build[:12] in menu.loads(DEFAULT), "of this build")
        self.refused("the default already", "default")
        return build

    def check_next_image(self, build):
        """A newer image is a trial again, and what is proved stays."""
        newer = change_build_id(self.image, 0x52)
        with instead(self.root.path("etc/grub.d/95_fails"),
                     b"#!/bin/sh\nexit 1\n"):
            self.refused("grub-mkconfig failed", "install", "/tmp/tree")
        menu = self.done("install", "/tmp/tree")
        self.check(menu.boots() == DEFAULT
                   and build[:12] in menu.loads(DEFAULT)
                   and newer[:12] in menu.loads(TRIAL),
                   "a newer image is a trial, the default stays")
        said = self.boot("status")
        self.check(build[:12] in said.stdout and newer[:12] in said.stdout,
                   "status names both", said.stdout)
        with instead(self.root.path("etc/grub.d/95_fails"),
                     b"#!/bin/sh\nexit 1\n"):
            self.refused("grub-mkconfig failed", "default", "--untried")
        menu = self.done("default", "--untried")
        self.check(newer[:12] in menu.loads(DEFAULT)
                   and sorted(os.listdir(self.root.path("boot/xen-pci")))
                   == ["default", os.path.basename(menu.loads(DEFAULT))],
                   "the newer one is the default, the older one is gone")

    def run(self):
        root = self.root
        root.run("update-grub")
        self.check_stock_way()
        clean, self.stock_id = files(root), Menu(root).boots()
        self.check_usage()
        self.check_refusals()
        self.check_half_done()
        self.check_install()
        self.check_try()
        self.check_next_image(self.check_default())
        with instead(root.path("etc/grub.d/95_fails"),
                     b"#!/bin/sh\nexit 1\n"):
            self.refused("grub-mkconfig failed", "remove")
        self.done("remove")
        after = files(root)
        self.check(after == clean, "after remove /boot is as before",
                   differing(clean, after))
        self.done("remove")
        self.done("install", "/tmp/tree")
        self.done("default", "--untried")
        self.done("install", "/tmp/tree")
        self.done("try")


def check_boot(findings, root, package, built):
    """`package` is xen-pci-module-source, `built` a Xen built with it."""
    root.run("update-grub")
    before, all_before = files(root), root.listing()
    said = root.install(package)
    findings.check(said.returncode == 0 and files(root) == before,
                   "installing the package leaves /boot alone", said.stdout)
    BootTest(findings, root, built).run()
    shutil.rmtree(root.path("tmp/tree"))
    root.run("apt-get", "-y", "remove", package.name.split("_")[0])
    root.run("update-grub")
    menu = Menu(root)
    findings.check(menu.boots() == DEFAULT and menu.boots_next() == TRIAL,
                   "removed and not purged, it boots as before", menu.text)
    with instead(root.path("etc/grub.d/95_fails"), b"#!/bin/sh\nexit 1\n"):
        said = root.run("apt-get", "-y", "purge", package.name.split("_")[0])
        image = root.path(menu.loads(DEFAULT)[1:])
        findings.check(said.returncode != 0 and "kept" in said.stdout
                       and image.exists(),
                       "purge takes no image that grub.cfg names", said.stdout)
    said = root.run("apt-get", "-y", "purge", package.name.split("_")[0])
    after = files(root)
    findings.check(said.returncode == 0 and after == before,
                   "after purge /boot and grub.cfg are as before",
                   said.stdout + differing(before, after))
    all_after = root.listing()
    findings.check(all_after == all_before, "after purge nothing is left",
                   "\n".join(sorted(all_before ^ all_after)))
