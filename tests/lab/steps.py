# SPDX-License-Identifier: GPL-2.0-only
"""What a case may do to a running host, besides expecting things.

A step has the form of an expectation: it raises Failed where it cannot be
done, and the case has failed then.
"""
import copy
import dataclasses
import time

from . import sight
from .expect import Expectation, Failed
from .pace import scaled
from .qmp import QmpError

PLUG_TIMEOUT = 60


def _step(text):
    """Makes a function of (host, patience) into a step."""
    return lambda do: Expectation("step", text, do)


def plug(bridge, device):
    """Hot-adds a device behind a bridge; waits until dom0 shows it."""
    @_step(f"plug {device.id} into {bridge}")
    def do(host, _patience):
        new = copy.deepcopy(device)
        parent = host.machine.find(bridge)
        new.parent = parent
        parent.behind += (new,)
        try:
            host.plug(new)
        except QmpError as error:
            raise Failed(str(error)) from error
        deadline = time.monotonic() + scaled(PLUG_TIMEOUT)
        while not sight.is_present(host, new.id):
            if time.monotonic() > deadline:
                raise Failed(f"dom0 does not see {new.id}")
            time.sleep(0.5)
        return f"{new.id} is at {sight.sbdf(host, new.id)}"
    return do


def unplug(name):
    """Takes a device out; waits until dom0 has let it go."""
    @_step(f"unplug {name}")
    def do(host, _patience):
        device = host.machine.find(name)
        try:
            host.unplug(name)
        except QmpError as error:
            raise Failed(str(error)) from error
        device.parent.behind = tuple(
            other for other in device.parent.behind if other is not device)
        return f"{name} is gone"
    return do


def dom0(command, timeout=30):
    """Runs a command in dom0 that has to succeed.

    {name} in it stands for where the device of that name is.
    """
    @_step(f"in dom0: {command}")
    def do(host, _patience):
        text = command
        for device in host.machine.all_devices():
            mark = "{" + device.id + "}"
            if mark in text:
                text = text.replace(mark, sight.sbdf(host, device.id))
        return sight.ask(host, text, timeout).strip()
    return do


def remove_in_dom0(name):
    """dom0's administrator removes a device from Linux (sysfs)."""
    return dom0(f"echo 1 >/sys/bus/pci/devices/{{{name}}}/remove")


def renumber(name, first, last):
    """Other buses for a root port: dom0 forgets it, the numbers are written
    into it, dom0 finds it again."""
    @_step(f"renumber {name} to {first:02x}-{last:02x}")
    def do(host, _patience):
        sbdf = sight.sbdf(host, name)
        ports = f"setpci -A intel-conf1 -s {sbdf.partition(':')[2]}"
        # A write through the ports takes two accesses, and whoever else looks
        # at config space in between (a daemon that saw the removal) diverts
        # the second.
        sight.ask(host, f"echo 1 >/sys/bus/pci/devices/{sbdf}/remove; "
                        "for i in 1 2 3 4 5; do sleep 1; "
                        f"{ports} SECONDARY_BUS={first:02x} "
                        f"SUBORDINATE_BUS={last:02x}; "
                        f"[ $({ports} SECONDARY_BUS) = {first:02x} ] && "
                        f"[ $({ports} SUBORDINATE_BUS) = {last:02x} ] && "
                        "break; done; "
                        "echo 1 >/sys/bus/pci/rescan", 60)
        now = sight.ask(host, f"setpci -s {sbdf} SECONDARY_BUS").strip()
        if now != f"{first:02x}":
            raise Failed(f"{name} leads to bus {now}, not to {first:02x}")
        return f"{name} leads to buses {first:02x}-{last:02x}"
    return do


def agent_once():
    """The project's agent brings Xen's view in line, once."""
    return dataclasses.replace(dom0("xen-pcid --once", 60), settles=True)


def pause(seconds):
    @_step(f"wait {seconds} s")
    def do(_host, _patience):
        time.sleep(seconds)
        return "waited"
    return do


def reboot():
    """dom0 reboots the host; its devices stay as they are in QEMU."""
    @_step("reboot the host")
    def do(host, _patience):
        host.reboot()
        return "it is up again"
    return do
