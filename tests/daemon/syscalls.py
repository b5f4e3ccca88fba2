# SPDX-License-Identifier: GPL-2.0-only
"""System calls of the whole program that fail: strace lets them."""
import collections
import os
import re
import signal
import time

from service import Service

ERRORS = {"close": "EIO", "connect": "ECONNREFUSED", "execve": None,
          "exit_group": None, "faccessat2": "EACCES", "access": "EACCES",
          "fchmod": "EPERM", "fcntl": "EMFILE", "flock": "ENOLCK",
          "fsync": "EIO", "fdatasync": "EIO", "ftruncate": "EIO",
          "mkdir": "EROFS", "newfstatat": "EACCES", "openat": "EMFILE",
          "poll": "ENOMEM", "pread64": "EIO", "pwrite64": "ENOSPC",
          "read": "EIO", "getdents64": "EIO", "readlink": "EIO",
          "rename": "EACCES", "sendmsg": "ECONNREFUSED",
          "signalfd4": "EMFILE", "socket": "EMFILE", "write": "ENOSPC"}
# The loader's and the C library's own, before the program begins and where a
# thread does; memory is what tests/daemon/failing.c is for.
ERRORS.update(dict.fromkeys(
    ("arch_prctl", "brk", "mmap", "mprotect", "munmap", "prlimit64", "rseq",
     "set_robust_list", "set_tid_address", "getrandom", "rt_sigprocmask",
     "futex", "exit", "madvise")))
ERRORS.update({"clone3": "EAGAIN", "clone": "EAGAIN", "eventfd2": "EMFILE"})
# What any other call fails with; None: it is not made to fail.
OTHER = "EINVAL"
# How it may end when it cannot go on: by its own word or the loader's.
ENDS = (100, 111, 127)


class Life:
    """The daemon starts, a device comes, it is told to end."""

    def __init__(self, case, tracing):
        self.machine = case.machine(4)
        self.machine.plug(0)
        self.trace = os.path.join(case.directory, "trace")
        for name in ("log", "metrics", "pid", "state/journal"):
            path = os.path.join(case.directory, name)
            if os.path.exists(path):
                os.unlink(path)
        self.service = Service(case.program, case.directory, self.machine,
                               {"check-interval": "1", "retry-most": "1"},
                               ["strace", "-f", "-o", self.trace, *tracing])
        # For reading too: so nobody waits for the other.
        self.service.events = open(self.service.fifo, "r+b", buffering=0)

    def _ends(self):
        return self.service.process.poll() is not None

    def _agrees(self):
        try:
            return self.service.knows() == self.machine.listed()
        except (OSError, AssertionError):
            return False

    def _wait(self, seconds):
        end = time.monotonic() + seconds
        while not self._agrees() and not self._ends():
            if time.monotonic() > end:
                raise AssertionError("neither agreement nor an end: "
                                     + self.service.said())
            time.sleep(0.005)

    def _terminate(self):
        """The program is strace's only child."""
        pid = self.service.process.pid
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as file:
            for child in file.read().split():
                os.kill(int(child), signal.SIGTERM)

    def live(self):
        """Returns the exit code and what it said."""
        try:
            self._wait(20)
            self.machine.plug(1)
            self.service.event("add " + self.machine.slot(1))
            self._wait(20)
            if not self._ends():
                self._terminate()
            return self.service.process.wait(20), self.service.said()
        finally:
            self.service.close()


def made(case):
    """The system calls of an undisturbed life: name -> how many."""
    life = Life(case, ["-q"])
    code, said = life.live()
    if code or "remove" in said:
        raise AssertionError(f"undisturbed: {code}: {said}")
    with open(life.trace, encoding="utf-8", errors="replace") as file:
        return collections.Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", file.read(),
                                              re.M))


def places(count, most):
    """At most so many numbers from 1 to count, at equal distances."""
    return sorted({max(1, (2 * i + 1) * count // (2 * most))
                   for i in range(most)})


def _happened(life):
    """Each life is a bit different: a call may be made less often."""
    with open(life.trace, encoding="utf-8", errors="replace") as file:
        return "(INJECTED)" in file.read()


def fail_each(case, most):
    """Each call at up to most of its places.

    Returns how many kinds of calls there are, and how many calls failed.
    """
    failed = kinds = 0
    for name, count in sorted(made(case).items()):
        error = ERRORS.get(name, OTHER)
        if error is None:
            continue
        kinds += 1
        for when in places(count, most):
            life = Life(case, ["-q", "-e", "signal=none", "-e",
                               f"trace={name}", "-e",
                               f"inject={name}:error={error}:when={when}"])
            what = f"{name} {when} of {count} fails with {error}"
            try:
                code, said = life.live()
            except AssertionError as failure:
                raise AssertionError(f"{what}: {failure}") from failure
            # Nothing was taken out, so nothing may be removed.
            if re.search(r"remove +[0-9a-f:.]+ .*: done", said):
                raise AssertionError(f"{what}: a wrong removal: {said}")
            if code and (code not in ENDS or not said.strip()):
                raise AssertionError(f"{what}: exit code {code}: {said}")
            failed += _happened(life)
    return kinds, failed
