# SPDX-License-Identifier: GPL-2.0-only
"""A case: a machine, what happens to it, and what must be seen then."""
import dataclasses
from dataclasses import dataclass, field

from .machine import Machine


@dataclass
class Case:
    """What a case consists of.

    name:    what it is called on the command line and in reports
    title:   what it is about, a few words
    machine: what is booted
    steps:   done in this order, on every hypervisor
    stock:   what must be seen on a stock Xen; None: not run there
    module:  what must be seen with the module, before the agent has run
    agent:   whether the agent has work to do before Xen's view is dom0's
    after:   what must be seen with the module after that
    debug:   whether it is run on the build with assertions, too
    checked: whether it is run on the build with assertions instead of the
             module's other one, unless it is named, or by --long
    long:    whether it is only run when it is named, or by --long
    fails:   hypervisors on which it fails today (docs/lab-results.md says
             how): there, too, it is only run when it is named, or by --long
    stock_owners: whether a stock Xen keeps the IOMMU's tables and the owners
             in agreement all the time; if not, they are not looked at there
    user:    what a person would have noticed on a stock Xen; "" if nothing
    """
    name: str
    title: str
    machine: Machine
    steps: list = field(default_factory=list)
    stock: list = None
    module: list = None
    agent: bool = False
    after: list = field(default_factory=list)
    user: str = ""
    debug: bool = False
    checked: bool = False
    long: bool = False
    fails: tuple = ()
    stock_owners: bool = True

    def but(self, name, title, **changes):
        """A variant; changes may name fields of the machine as well.

        debug, checked and long are not taken over.
        """
        of_machine = {field.name for field in dataclasses.fields(Machine)}
        machine = dataclasses.replace(
            self.machine, **{key: value for key, value in changes.items()
                             if key in of_machine})
        rest = {key: value for key, value in changes.items()
                if key not in of_machine}
        rest = {"debug": False, "checked": False, "long": False,
                "fails": ()} | rest
        return dataclasses.replace(self, name=name, title=title,
                                   machine=machine, **rest)

    def is_chosen(self, hypervisor_name, long):
        """Whether a run of all cases has it on this hypervisor."""
        if long:
            return True
        if self.long or hypervisor_name in self.fails:
            return False
        if hypervisor_name == "debug":
            return self.debug or self.checked
        return not (self.checked and hypervisor_name == "module")

    def runs_on(self, hypervisor):
        expected = self.module if hypervisor.has_module else self.stock
        return expected is not None
