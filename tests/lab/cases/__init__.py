# SPDX-License-Identifier: GPL-2.0-only
"""All the cases, in the order in which they are listed and run."""
from . import (controls, daemon, hotplug, hypercalls, iommus, neighbours,
               renumber, rounds, shapes)

ALL = [case for module in (renumber, hotplug, neighbours, hypercalls, shapes,
                           iommus, controls, rounds, daemon)
       for case in module.CASES]
