# SPDX-License-Identifier: GPL-2.0-only
"""Several runs of the lab at once share what is below build/lab."""
import contextlib
import fcntl
import os
import time

from .paths import LAB_BUILD

# Each host is two QEMU threads that are always busy.
HOSTS_AT_ONCE = max(1, int(os.environ.get("LAB_JOBS", "2")))


@contextlib.contextmanager
def alone(name):
    """Nobody else is in the section of this name."""
    LAB_BUILD.mkdir(parents=True, exist_ok=True)
    with open(LAB_BUILD / f"{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def a_place():
    """One of the places for hosts, waited for; over all runs together."""
    LAB_BUILD.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context(
            open(LAB_BUILD / f"place.{number}.lock", "w"))
            for number in range(HOSTS_AT_ONCE)]
        while not any(map(_taken, places)):
            time.sleep(0.3)
        yield


def _taken(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
