# SPDX-License-Identifier: GPL-2.0-only
"""Told to end, the lab leaves no QEMU running."""
import concurrent.futures
import os
import pathlib
import signal
import sys
import threading
import time

# Seconds that everything has for its end.
PATIENCE = 10


def _end(number, _):
    # Once is enough; what follows ends everything.
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)

    def give_up(*_):
        _kill_children()
        os._exit(128 + number)

    # Where a thread waits for a place that another run of the lab has, or
    # where the exception is lost: Python drops those of destructors.
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    os.write(2, f"ended by {signal.Signals(number).name}\n".encode())
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
    """Threads that run hosts. Left by sys.exit() it starts no more, and kills
    what runs, so that each thread sees its host end."""

    def __exit__(self, kind, *rest):
        if kind is not SystemExit:
            return super().__exit__(kind, *rest)
        self.shutdown(wait=False, cancel_futures=True)
        # All threads: one that a signal has interrupted in the making is not
        # among the pool's.
        while threading.active_count() > 1:
            _kill_children()
            time.sleep(0.1)
        return False
