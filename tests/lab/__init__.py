# SPDX-License-Identifier: GPL-2.0-only
"""The lab: a real Xen with a real Linux dom0, booted in QEMU's emulation.

The way of a case: cases/ (what) -> runner (boots, steps, expectations)
-> machine and dom0 (QEMU, QMP, the command channel) -> report (lines, JSON).
"""
