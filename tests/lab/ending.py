# SPDX-License-Identifier: GPL-2.0-only
"""Told to end, the lab leaves no QEMU running."""
import concurrent.futures
import os
import pathlib
import signal
import sys
import time

# Seconds that a host has for its end.
PATIENCE = 10


def _end(number, _):
    # Once is enough; what follows ends everything.
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    print(f"ended by {signal.Signals(number).name}", file=sys.stderr,
          flush=True)
    sys.exit(128 + number)


def on_signals():
    """From now on SIGTERM, SIGHUP and SIGINT end it as sys.exit() does."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _end)


def _kill_children():
    for task in pathlib.Path("/proc/self/task").iterdir():
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue  # the thread has ended since
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass


class Pool(concurrent.futures.ThreadPoolExecutor):
    """Threads that run hosts. Left by an exception it starts no more, and
    kills what runs, so that each thread sees its host end."""

    def __init__(self, threads):
        super().__init__(threads)
        self.jobs = []

    def submit(self, *call):
        self.jobs.append(super().submit(*call))
        return self.jobs[-1]

    def __exit__(self, kind, value, trace):
        if kind is None:
            return super().__exit__(kind, value, trace)
        self.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + PATIENCE
        while not all(job.done() for job in self.jobs):
            _kill_children()
            if time.monotonic() > deadline:
                # It waits for a place that another run of the lab has.
                os._exit(value.code if kind is SystemExit else 1)
            time.sleep(0.1)
        return False
