# SPDX-License-Identifier: GPL-2.0-only
"""Bursts of hotplug through QMP that wait for nobody."""
import os
import random
import time

from .expect import Expectation, Failed
from .pace import scaled
from .qmp import QmpError

# For all events; each port takes its time (native hotplug: six seconds).
TIMEOUT = 420
KINDS = ("virtio-rng-pci", "pci-testdev", "e1000e")


class Bursts:
    """places: (bus, addr) where one device each may be plugged."""

    def __init__(self, host, places, seed):
        self.host = host
        self.places = places
        self.random = random.Random(seed)
        self.full = {}          # place -> id of what QEMU has there
        self.leaving = set()    # ids that were asked to leave
        self.number = 0
        self.counts = {"device_add": 0, "device_del": 0}

    def collect(self):
        """What has left in the meantime."""
        while True:
            name = self.host.qmp.deleted()
            if name is None:
                return
            self.leaving.discard(name)
            self.full = {place: other for place, other in self.full.items()
                         if other != name}

    def one(self):
        """An event at a random place; False if none is possible now."""
        self.collect()
        free = [place for place in self.places if place not in self.full]
        there = [place for place in self.places
                 if self.full.get(place, "") not in self.leaving | {""}]
        if not free and not there:
            return False
        place = self.random.choice(free + there)
        if place in self.full:
            name = self.full[place]
            return self._try("device_del", lambda: self.leaving.add(name),
                             id=name)
        self.number += 1
        name = f"burst{self.number}"
        return self._try(
            "device_add", lambda: self.full.update({place: name}),
            driver=self.random.choice(KINDS), id=name, bus=place[0],
            addr=place[1])

    def _try(self, command, done, **arguments):
        try:
            self.host.qmp.command(command, **arguments)
        except QmpError as error:
            # "in the process of unplug", "slot is being blinked at": QEMU
            # wants it later. Nothing has happened.
            if "QEMU is gone" in str(error):
                raise
            return False
        self.counts[command] += 1
        done()
        return True

    def run(self, count, meanwhile):
        """count events; meanwhile: event number -> expectations to do then."""
        deadline = time.monotonic() + scaled(TIMEOUT)
        done = 0
        while done < count:
            if time.monotonic() > deadline:
                raise Failed(f"{done} of {count} events in {TIMEOUT} s")
            if not self.one():
                time.sleep(0.02)
                continue
            done += 1
            for step in meanwhile.get(done, ()):
                step(self.host)
                if step.text.startswith("reboot"):
                    self.resume()

    def resume(self):
        """After a reboot: what QEMU still has is what there is."""
        self.collect()
        self.leaving.clear()


def bursts(count, places, meanwhile=None):
    """count device_add and device_del as fast as QEMU takes them.

    places: list of (bus, addr); meanwhile: number of an event -> list of
    steps that are done right after it. The seed: LAB_SEED, else new.
    """
    def check(host, _patience):
        seed = int(os.environ.get("LAB_SEED", random.randrange(1 << 31)))
        run, began = Bursts(host, places, seed), time.monotonic()
        try:
            run.run(count, meanwhile or {})
        except (Failed, QmpError) as failed:
            raise Failed(f"seed {seed}: {failed}") from failed
        return (f"seed {seed}: {run.counts['device_add']} device_add, "
                f"{run.counts['device_del']} device_del in "
                f"{time.monotonic() - began:.0f} s")
    return Expectation("step", f"{count} hotplug events without waiting",
                       check)


def drain(seconds=40):
    """Waits until QEMU has no device any more that was asked to leave, or as
    long as it may take; whoever is left stays."""
    def check(host, _patience):
        deadline, quiet = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - quiet < 8:
            if host.qmp.deleted() is not None:
                quiet = time.monotonic()
            else:
                time.sleep(0.2)
        return "it is quiet"
    return Expectation("step", "wait until it is quiet", check)

