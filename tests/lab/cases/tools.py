# SPDX-License-Identifier: GPL-2.0-only
"""xl-pci in dom0, where the topology is wrong and where it is right."""
from ..expect import host_survives, tables_agree
from ..steps import agent_once
from ..tool import dump_is_true, tool
from .renumber import C, D

READING = [tool("list", 0, "0000:00:01.0 +root-port"), tool("tree", 0, "02.0")]
# A stock Xen keeps the bridges whose ID is on DMA, the module all.
ALIASES = tool("bus2bridge", 0, "pcie-to-pci-bridge")
BUSES = tool("bus2bridge", 0, "0000:01 +0000:00:01.0 +root-port")

# Before the agent's turn a bridge that moved has no buses on record.
TOOL = C.but(
    "tool", "xl-pci reads a real Xen, finds what is wrong, repairs it",
    steps=[], user="",
    stock=[host_survives(), *READING, ALIASES, dump_is_true("xen-stock"),
           tool("audit", 1, r"02:00\.0"), tool("plan", 1, r"02:00\.0"),
           host_survives()],
    module=[*READING, BUSES, dump_is_true("xen-module"), tool("check", 1, "unconfigured"),
            tool("audit", 1, r"02:00\.0"), tool("plan", 1, r"02:00\.0"),
            tool("repair --yes", 0), tool("check", 0), tool("audit", 0),
            tool("plan", 0), dump_is_true("xen-module"), tables_agree(),
            tool("translate 03:00.0", 0, "00/02.0/00.0"),
            tool("diff dom0 hypervisor", 0), host_survives()],
    agent=False, after=[])

TOOL_PLAIN = D.but(
    "tool-plain", "xl-pci where nothing is wrong", dom0="", steps=[], user="",
    stock=[*READING, ALIASES, dump_is_true("xen-stock"), tool("check", 0),
           host_survives()],
    module=[agent_once(), *READING, ALIASES, BUSES, dump_is_true("xen-module"),
            tool("check", 0), tool("audit", 0), tool("plan", 0),
            host_survives()],
    agent=False, after=[])

CASES = [TOOL, TOOL_PLAIN]
