# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's command line for a machine with Xen and dom0 in it."""
import os
from dataclasses import dataclass, field

XEN_ARGS = ("console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all "
            "dom0_mem=1024M conring_size=256k "
            "iommu=verbose,debug")

# panic: a dom0 that crashes must not sit there until a timeout.
DOM0_ARGS = ("console=hvc0 loglevel=8 ignore_loglevel panic=1 "
             "printk.devkmsg=on")

# SMAP: QEMU's IRET emulation breaks a PV dom0 with it.
CPU = "max,-smap,-smep,-pku,-la57"

# amd-iommu is a PCI device as well and takes the first free place on the root
# bus: it comes after the devices that have theirs. intel-iommu comes first.
IOMMUS = {
    "intel": ["-device", "intel-iommu,intremap=on,caching-mode=on"],
    "amd": ["-device", "amd-iommu,intremap=on"],
    "none": [],
}


@dataclass
class Machine:
    """What stands in a case about the machine.

    devices: list of devices.Device, the way the firmware finds them
    dom0:    further arguments for dom0's kernel
    xen:     further arguments for Xen
    iommu:   intel, amd or none
    chipset: q35 or pc
    cpus:    how many dom0 has
    cpu:     QEMU's CPU model, with what it has not
    globals: QEMU's -global settings
    extra:   further arguments for QEMU, before the devices
    """
    devices: list
    dom0: str = ""
    xen: str = ""
    iommu: str = "intel"
    chipset: str = "q35"
    cpus: int = 1
    cpu: str = CPU
    globals: list = field(default_factory=list)
    extra: list = field(default_factory=list)

    @property
    def root_bus(self):
        return "pcie.0" if self.chipset == "q35" else "pci.0"

    def describe(self):
        """The machine in a line, for tables."""
        parts = [device.describe() for device in self.devices]
        parts += [f"dom0: {self.dom0}"] if self.dom0 else []
        parts += [f"Xen: {self.xen}"] if self.xen else []
        if self.iommu != "intel":
            parts.append(f"{self.iommu} IOMMU")
        if self.cpus != 1:
            parts.append(f"dom0 has {self.cpus} CPUs")
        return "; ".join(parts)

    def all_devices(self):
        for device in self.devices:
            yield from device.all()

    def find(self, name):
        """The device named so; KeyError if there is none."""
        for device in self.all_devices():
            if device.id == name:
                return device
        raise KeyError(name)


def qemu_property(value):
    return "on" if value is True else "off" if value is False else str(value)


def disk_options(device, folder):
    """The block device behind a disk: contents from the run's folder."""
    return {"driver": "raw", "node-name": f"{device.id}-data",
            "file": {"driver": "file", "filename": str(folder / "disk.img"),
                     "locking": "off"}}


def disk_content():
    """What the first MiB of every disk in the lab reads as."""
    lines = b"".join(b"lab disk, line %08x of the pattern\n" % number
                     for number in range(30000))
    return lines[:1 << 20]


def make_disk(path):
    path.write_bytes(disk_content())
    with open(path, "r+b") as file:
        file.truncate(16 << 20)


def command_line(machine, hypervisor, kernel, initramfs, folder):
    """The arguments of QEMU; folder holds the run's sockets and logs."""
    line = ["qemu-system-x86_64",
            "-machine", f"{machine.chipset},accel=tcg,kernel-irqchip=split",
            "-cpu", machine.cpu,
            "-smp", "2", "-m", "3072",
            "-nodefaults", "-no-reboot", "-display", "none"]
    if machine.iommu == "intel":
        line += IOMMUS["intel"]
    for setting in machine.globals:
        line += ["-global", setting]
    line += machine.extra
    for device in machine.all_devices():
        if device.disk:
            line += ["-blockdev", f"driver=raw,node-name={device.id}-data,"
                     f"file.driver=file,file.locking=off,"
                     f"file.filename={folder}/disk.img"]
        options = device.options(machine.root_bus)
        line += ["-device", ",".join(
            [options.pop("driver")]
            + [f"{name}={qemu_property(value)}"
               for name, value in options.items()])]
    if machine.iommu != "intel":
        line += IOMMUS[machine.iommu]
    # QEMU splits -initrd at commas; a doubled one is a comma.
    dom0 = f"{DOM0_ARGS} {machine.dom0}".strip().replace(",", ",,")
    more = os.environ.get("LAB_XEN_ARGS", "")
    line += ["-kernel", str(hypervisor.elf),
             "-append", f"{XEN_ARGS} dom0_max_vcpus={machine.cpus} "
             f"{machine.xen} {more}".strip(),
             "-initrd", f"{kernel.image} {dom0},{initramfs}",
             "-serial", f"file:{folder}/xen.log",
             "-serial", f"unix:{folder}/dom0.sock,server=on,wait=off",
             "-qmp", f"unix:{folder}/qmp.sock,server=on,wait=off"]
    return line
