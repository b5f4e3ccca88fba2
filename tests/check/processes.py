# SPDX-License-Identifier: GPL-2.0-only
"""Everything that a suite has started is found, and ended with it.

Who loses its parent becomes a child of this process (a "subreaper"), so that
its whole offspring can be found, also what made itself a session of its own.
"""
import ctypes
import os
import pathlib
import signal
import time

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 10  # seconds between asking and killing


def adopt():
    """From now on what loses its parent is ours."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _parents():
    """{process: (its parent, its state, its name)} of all there are."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue  # it has ended since
        # The name stands in brackets, and may have brackets in it.
        name, _, rest = text.partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        found[int(entry.name)] = int(parent), state, name
    return found


def offspring(of=None):
    """{process: name} of what descends from this one and still runs."""
    everybody = _parents()
    family = {of or os.getpid()}
    grew = True
    while grew:
        more = {pid for pid, (parent, _, _) in everybody.items()
                if parent in family} - family
        family |= more
        grew = bool(more)
    return {pid: everybody[pid][2] for pid in family - {of or os.getpid()}
            if everybody[pid][1] != "Z"}


def _signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def end_all(patience=PATIENCE):
    """Ends the whole offspring; returns the names of what had to be killed."""
    _signal_all(offspring(), signal.SIGTERM)
    deadline = time.monotonic() + patience
    while offspring() and time.monotonic() < deadline:
        time.sleep(0.05)
    killed = set()
    # What forks meanwhile is found at the next look.
    while left := offspring():
        killed |= set(left.values())
        _signal_all(left, signal.SIGKILL)
        time.sleep(0.05)
    return sorted(killed)
