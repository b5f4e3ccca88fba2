# SPDX-License-Identifier: GPL-2.0-only
"""Boots a case's machine, does its steps, and runs commands in dom0."""
import copy
import sys

from . import hypervisor, runner
from .dom0 import Dom0Gone
from .expect import Failed
from .host import Host
from .paths import RUNS, LabUnavailable
from .qmp import QmpError


def _lines():
    """Commands from standard input, a line each."""
    while True:
        if sys.stdin.isatty():
            print("dom0# ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()


def _session(case, host, commands):
    print(f"# up after {host.boot_seconds:.0f} s; "
          f"Xen's console: {host.folder}/xen.log", flush=True)
    for step in case.steps:
        try:
            print(f"# {step.text}: {step(host)}", flush=True)
        except Failed as failed:
            print(f"# {step.text}: FAILED: {failed}", flush=True)
    for command in commands or _lines():
        rc, output = host.dom0.run(command, 120)
        print(f"# {command}" + (f"  [exit {rc}]" if rc else ""))
        print(output, end="" if output.endswith("\n") else "\n", flush=True)


def run(case, name, commands):
    """commands: what to run, or none for standard input. Exit code 0 or 1."""
    try:
        lab, xen = runner.Lab(), hypervisor.get(name)
    except LabUnavailable as unavailable:
        print(f"the lab cannot run: {unavailable}", file=sys.stderr)
        return 1
    keep = RUNS / f"{case.name}-shell"
    try:
        with Host(copy.deepcopy(case.machine), xen, lab.kernel, lab.initramfs,
                  keep) as host:
            if host.boot_failure:
                print(f"# the host does not come up: {host.boot_failure}")
                return 1
            _session(case, host, commands)
    except (Dom0Gone, QmpError) as error:
        print(f"# {error}", file=sys.stderr)
        return 1
    finally:
        print(f"# logs: {keep}")
    return 0
