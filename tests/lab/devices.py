# SPDX-License-Identifier: GPL-2.0-only
"""A machine's PCI devices as a case writes them.

    root_port(2, nvme("disk"))
    root_port(3, pcie_pci_bridge("pb", pci_bridge("b", addr=1)))

What stands in a bridge's parentheses is behind it.
"""
from dataclasses import dataclass, field


@dataclass
class Device:
    """A QEMU device.

    kind:   QEMU's name of the device model
    id:     its name in QEMU and in the case
    addr:   device number on its bus, or "device.function"; hexadecimal, as
            QEMU takes it
    props:  further properties, as QEMU takes them
    behind: the devices on its secondary bus
    disk:   whether it needs a disk
    bus_nr: of an extra root bus (pxb-pcie), else None
    """
    kind: str
    id: str
    addr: str = "0"
    props: dict = field(default_factory=dict)
    behind: tuple = ()
    disk: bool = False
    bus_nr: int = None
    parent: "Device" = None

    def __post_init__(self):
        self.addr = str(self.addr)
        for device in self.behind:
            device.parent = self

    def all(self):
        """This device and everything behind it, from the top down."""
        yield self
        for device in self.behind:
            yield from device.all()

    def describe(self):
        """The device and what is behind it, in words."""
        reserve = self.props.get("bus-reserve")
        text = self.kind + (f" (reserves {reserve} buses)" if reserve else "")
        if self.behind:
            text += " [" + ", ".join(device.describe()
                                     for device in self.behind) + "]"
        return text

    def step(self):
        """Its part of a stable path: device.function in lower-case hex."""
        device, _, function = self.addr.partition(".")
        return f"{int(device, 16):02x}.{int(function or '0', 16):x}"

    def path(self):
        """Its stable path without the segment: 00/02.0/00.0."""
        if self.parent is None:
            return f"00/{self.step()}"
        if self.parent.bus_nr is not None:
            return f"{self.parent.bus_nr:02x}/{self.step()}"
        return f"{self.parent.path()}/{self.step()}"

    def options(self, root_bus):
        """What device_add and -device take, as a dictionary."""
        options = {"driver": self.kind, "id": self.id}
        if self.bus_nr is not None:
            options |= {"bus": root_bus, "addr": self.addr,
                        "bus_nr": self.bus_nr}
        else:
            options |= {"bus": self.parent.id if self.parent else root_bus,
                        "addr": self.addr}
        if self.disk:
            options["drive"] = f"{self.id}-data"
        return options | self.props


def root_port(number, *behind, reserve=None, name=None, addr=None):
    """A root port: rpNUMBER at NUMBER.0, unless told otherwise."""
    props = {"chassis": number, "slot": number}
    if reserve is not None:
        props["bus-reserve"] = reserve
    return Device("pcie-root-port", name or f"rp{number}",
                  number if addr is None else addr, props, behind)


def switch(name, *ports, chassis=100):
    """A PCIe switch; each port is what is behind that downstream port.

    chassis: of the first port; no other slot has it and those that follow
    """
    down = tuple(
        Device("xio3130-downstream", f"{name}-d{number}", number,
               {"chassis": chassis + number, "slot": chassis + number}, port)
        for number, port in enumerate(ports))
    return Device("x3130-upstream", name, 0, {}, down)


def extra_root(name, bus_nr, *behind, addr):
    """A further root bus with this number; its host device is on bus 0."""
    return Device("pxb-pcie", name, addr, {}, behind, bus_nr=bus_nr)


def legacy_bridge(name, *behind, addr):
    """Intel's DMI-to-PCI bridge: a PCI bridge without PCIe capability."""
    return Device("i82801b11-bridge", name, addr, {}, behind)


def pcie_pci_bridge(name, *behind, addr=0, **props):
    return Device("pcie-pci-bridge", name, addr, _qemu_names(props), behind)


def pci_bridge(name, *behind, addr, chassis, **props):
    """A legacy PCI-to-PCI bridge; without SHPC unless it is asked for."""
    props = {"shpc": "off", "chassis_nr": chassis} | _qemu_names(props)
    return Device("pci-bridge", name, addr, props, behind)


def nvme(name, addr=0, **props):
    return Device("nvme", name, addr, {"serial": name} | _qemu_names(props),
                  disk=True)


def virtio_blk(name, addr=0, **props):
    """A virtio disk whose DMA goes through the IOMMU, with INTx.

    No MSI: QEMU 7.2 takes the bus range in an interrupt remapping entry the
    wrong way round, and refuses the MSI of a device behind a PCIe-to-PCI
    bridge (vtd_irte_get: invalid SVT_BUS).
    """
    props = {"iommu_platform": "on", "disable-legacy": "on", "vectors": 0,
             "disable-modern": "off", "serial": name} | _qemu_names(props)
    return Device("virtio-blk-pci", name, addr, props, disk=True)


def e1000(name, addr=0):
    return Device("e1000", name, addr)


def _qemu_names(props):
    """Python keywords to QEMU's property names."""
    return {name.replace("__", ".").replace("_", "-"): value
            for name, value in props.items()}
