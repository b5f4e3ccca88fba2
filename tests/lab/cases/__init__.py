# SPDX-License-Identifier: GPL-2.0-only
"""All the cases, in the order in which they are listed and run."""
from . import (anyshape, commands, controls, daemon, hostile, hotplug,
               hypercalls, iommus, neighbours, ownership, pvh, renumber,
               rounds, shapes, tools)

# The ones that take minutes first: the others fill the place beside them.
ALL = [case for module in (rounds, hostile, daemon, renumber, hotplug,
                           neighbours, ownership, hypercalls, shapes, iommus,
                           pvh, controls, tools, commands, anyshape)
       for case in module.CASES]
