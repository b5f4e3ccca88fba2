# SPDX-License-Identifier: GPL-2.0-only
"""What the lab must not call a success, and how it ends when told to."""
import contextlib
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

from lab import ending, hypervisor, main, report, runner
from lab.paths import LabUnavailable

TESTS = pathlib.Path(__file__).resolve().parent.parent

# A lab whose hosts are programs that sleep; argument: where to write down
# their process IDs.
SLEEPERS = """
import subprocess, sys
sys.path.insert(0, sys.argv[1])
from lab import main, runner

def sleep(*_):
    with subprocess.Popen(["sleep", "1000"]) as process:
        with open(sys.argv[2], "a") as file:
            file.write(f"{process.pid}\\n")
        process.wait()
    raise runner.QmpError("QEMU is gone")

runner.Lab = lambda: None
runner.hypervisor.get = lambda name: runner.hypervisor.Hypervisor(
    name, None, True)
runner.run_case = sleep
sys.exit(main.main(["--xen", "module"]))
"""


def passes(lab, case, xen, *_):
    return runner.Result(case.name, case.title, "", xen.name, "passed")


class Results(unittest.TestCase):
    """The lab's exit code and last line, without CI in the environment."""

    def run_lab(self, *words, lab=None, get=None):
        said = io.StringIO()
        clean = {name: value for name, value in os.environ.items()
                 if name != "CI"}
        with contextlib.ExitStack() as stack:
            for patch in (
                    mock.patch.dict(os.environ, clean, clear=True),
                    mock.patch.object(runner, "Lab", side_effect=lab),
                    mock.patch.object(runner, "run_case", passes),
                    mock.patch.object(report, "keep"),
                    mock.patch.object(ending, "on_signals"),
                    mock.patch.object(hypervisor, "get", side_effect=get)):
                stack.enter_context(patch)
            stack.enter_context(contextlib.redirect_stdout(said))
            stack.enter_context(contextlib.redirect_stderr(said))
            try:
                code = main.main(list(words))
            except SystemExit as ended:
                code = ended.code
        return code, said.getvalue().splitlines()[-1], said.getvalue()

    def there(self, name):
        return hypervisor.Hypervisor(name, None, name != "stock")

    def only_stock(self, name):
        if name != "stock":
            raise LabUnavailable("no hypervisor at build/xen/xen (make xen)")
        return self.there(name)

    def test_passed(self):
        code, last, _ = self.run_lab("A", get=self.there)
        self.assertEqual((code, last), (0, "3 passed, 0 failed, 0 skipped"))

    def test_no_lab(self):
        """A user without QEMU, for example."""
        code, last, text = self.run_lab(
            "A", lab=LabUnavailable("packages missing"), get=self.there)
        self.assertEqual((code, last), (1, "0 passed, 0 failed, 3 skipped"))
        self.assertIn("SKIP A/stock: packages missing", text)

    def test_no_module(self):
        code, last, text = self.run_lab("--xen", "stock", "--xen", "module",
                                        "A", get=self.only_stock)
        self.assertEqual((code, last), (1, "1 passed, 0 failed, 1 skipped"))
        self.assertIn("SKIP A/module: no hypervisor at", text)

    def test_no_such_file(self):
        for name in ("/nonexistent", "/nonexistent:stock", "modul", "/tmp"):
            code, last, _ = self.run_lab("--xen", name, "A", get=self.there)
            self.assertEqual(code, 2, name)
            self.assertIn(f"no hypervisor {name}", last)

    def test_nothing_to_run(self):
        with mock.patch.object(type(main.cases.ALL[0]), "runs_on",
                               lambda *_: False):
            code, last, _ = self.run_lab("A", get=self.there)
        self.assertEqual((code, last), (1, "0 passed, 0 failed, 0 skipped"))


def is_running(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Ending(unittest.TestCase):
    def end(self, number):
        with tempfile.TemporaryDirectory() as scratch:
            pids = pathlib.Path(scratch, "pids")
            with subprocess.Popen(
                    [sys.executable, "-B", "-c", SLEEPERS, TESTS, pids],
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    text=True, env=dict(os.environ, LAB_JOBS="2")) as lab:
                try:
                    while not pids.exists() or not pids.read_text():
                        self.assertIsNone(lab.poll())
                        time.sleep(0.01)
                    lab.send_signal(number)
                    said = lab.communicate(timeout=30)[0]
                finally:
                    lab.kill()
            self.assertEqual(lab.returncode, 128 + number, said)
            started = pids.read_text().split()
            self.assertFalse(any(map(is_running, started)))
            # No other case was begun after that.
            self.assertLessEqual(len(started), 2)

    def test_no_host_is_left(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                self.end(number)


if __name__ == "__main__":
    unittest.main()
