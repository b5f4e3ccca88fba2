# SPDX-License-Identifier: GPL-2.0-only
"""xl-pci's commands about guests, pictures and events, on a real Xen."""
from ..case import Case
from ..daemon import start
from ..devices import Device, nvme, root_port
from ..expect import all_well, consistent, host_survives, nvme_live
from ..machine import Machine
from ..steps import dom0, plug, renumber, unplug
from ..tool import tool
from .daemon import AGREED
from .hotplug import NATIVE

CONFIG = "/run/web.cfg"
# What xl writes about a running guest's devices.
RUNNING = dom0(
    "xenstore-write /local/domain/7/name mail "
    "/local/domain/0/backend/pci/7/0/num_devs 1 "
    "/local/domain/0/backend/pci/7/0/dev-0 0000:02:00.0")
PLUGGED = [dom0("xl-pci watch >/run/watch & echo $! >/run/pids; "
                "xl-pci watch -j >/run/watch.json & echo $! >>/run/pids; "
                "sleep 2"),
           plug("rp3", Device("e1000e", "card")), *AGREED, unplug("card"),
           *AGREED, dom0("sleep 1; kill $(cat /run/pids)")]

COMMANDS = Case(
    "commands", "guests' configs after a renumbering, pictures, events",
    Machine([root_port(1), root_port(2, nvme("disk")), root_port(3),
             root_port(4, reserve=32)], globals=NATIVE),
    steps=[start("check-interval=1"), *AGREED, nvme_live("disk"),
           dom0(f"echo 'name = \"web\"' >{CONFIG}; "
                f"echo 'pci = [ \"{{disk}},permissive=1\" ]' >>{CONFIG}; "
                "xl-pci dump -o json >/run/before.json; "
                "xl-pci dump --embedded -o json >/run/before-dom0.json"),
           tool(f"guests {CONFIG}", 0, r"02:00\.0"), RUNNING,
           tool("guests", 0, "mail"),
           *PLUGGED,
           renumber("rp2", 0x60, 0x62), *AGREED],
    stock=[host_survives(),
           # It does not tell its buses; dom0's kernel does.
           tool(f"guests --embedded --from /run/before-dom0.json {CONFIG}", 1,
                r"moved.* 0000:60:00\.0"),
           tool("dump -o dot", 0, "^digraph")],
    module=all_well() + [
        dom0("grep -q ' came .*0000:03:00.0' /run/watch"),
        dom0("grep -q ' went .*0000:03:00.0' /run/watch"),
        dom0("grep -q '\"came\"' /run/watch.json"),
        tool(f"guests {CONFIG}", 1, r"moved.* 0000:60:00\.0"),
        tool("guests", 1, r"mail.*02:00\.0"),
        tool(f"guests --from /run/before.json --fix {CONFIG}", 1,
             r"60:00\.0,permissive=1"),
        tool(f"guests --from /run/before.json --in-place {CONFIG}", 1),
        dom0(f"grep -q '60:00.0,permissive=1' {CONFIG} && "
             f"grep -q '02:00.0,permissive=1' {CONFIG}~"),
        tool("translate 02:00.0", 0, r"60:00\.0"),
        tool("diff /run/before.json hypervisor", 1, r"60:00\.0"),
        tool("dump -o dot", 0, "^digraph"),
        tool("dump -o lspci", 2, "--embedded"),
        dom0("xl-pci dump --embedded -o lspci >/run/dump && lspci -F /run/dump -n "
             "| grep -q '^60:00.0 '"),
        dom0("xl-pci dump -o trace >/run/trace && "
             "xl-pci replay -v /run/trace | grep -q '60:00.0'"),
    ] + consistent())

CASES = [COMMANDS]
