# SPDX-License-Identifier: GPL-2.0-only
"""How long the lab waits: one factor over all that it waits for.

The figures elsewhere are those of a machine that has nothing else to do.
LAB_SLOW=4 in the environment: everything may take four times as long.
"""
import os

FACTOR = float(os.environ.get("LAB_SLOW", "1"))


def scaled(seconds):
    return seconds * FACTOR
