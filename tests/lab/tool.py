# SPDX-License-Identifier: GPL-2.0-only
"""xl-pci on a real Xen, in dom0."""
import json
import re

from . import sight
from .expect import Expectation, Failed


def tool(arguments, code, *patterns):
    """xl-pci with these arguments ends with this exit code, and each of the
    regular expressions is found in what it says."""
    def check(host, _patience):
        rc, output = host.dom0.run(f"xl-pci {arguments}", 60)
        if rc != code:
            raise Failed(f"xl-pci {arguments}: exit {rc}: "
                         f"{output.strip()[-300:]}")
        for pattern in patterns:
            if not re.search(pattern, output, re.M):
                raise Failed(f"xl-pci {arguments} does not say {pattern!r}: "
                             f"{output.strip()[:300]}")
        return f"xl-pci {arguments}: exit {rc}"
    return Expectation("tool", f"xl-pci {arguments} ends with {code}", check)


def dump_is_true(source):
    """The dump names its source, and has the devices that Xen knows."""
    def check(host, _patience):
        rc, output = host.dom0.run("xl-pci dump -o json", 60)
        try:
            dump = json.loads(output)
        except ValueError as error:
            raise Failed(f"exit {rc}, no JSON: {output[:200]}") from error
        if dump.get("source") != source:
            raise Failed(f"source is {dump.get('source')}, not {source}")
        devices = {device["sbdf"] for segment in dump["segments"]
                   for device in segment["devices"]}
        known = sight.known_to_xen(host)
        if devices != known:
            raise Failed(f"dump alone: {sorted(devices - known)}, "
                         f"Xen alone: {sorted(known - devices)}")
        return f"source {source}, the {len(devices)} devices that Xen knows"
    return Expectation("dump_is_true", f"the dump is {source}'s", check)
