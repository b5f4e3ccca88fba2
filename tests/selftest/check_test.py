# SPDX-License-Identifier: GPL-2.0-only
"""`make check`'s runner, on suites that are made up."""
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "check"))
import counts  # noqa: E402
import skips  # noqa: E402

# Each suite in a few lines of shell.
SUITES = {
    "good": 'echo "good: 3 passed, 0 failed"',
    "checks": 'echo "checks: 4 checks, 0 failed"',
    "bad": 'echo "what is wrong"; echo "bad: 1 passed, 1 failed"; exit 1',
    "liar": 'echo "liar: 2 passed, 1 failed"',
    "dies": 'echo "dies: 2 passed, 0 failed"; exit 3',
    "mute": 'echo "all is well"',
    "none": 'echo "none: 0 passed, 0 failed"',
    "skips": 'echo "SKIP it: did not feel like it"; '
             'echo "skips: 1 passed, 0 failed, 1 skipped"',
    "unnamed": 'echo "unnamed: 1 passed, 0 failed, 1 skipped"',
    # One that tests/accepted-skips has.
    "daemon": 'echo "SKIP systemd: needs root"; '
              'echo "daemon: 1 passed, 0 failed, 1 skipped"',
    # Each waits for the other one.
    "left": 'touch left; for i in $$(seq 100); do test -e right && break; '
            'sleep 0.1; done; test -e right && echo "left: 1 passed, 0 failed"',
    "right": 'touch right; for i in $$(seq 100); do test -e left && break; '
             'sleep 0.1; done; test -e left && '
             'echo "right: 1 passed, 0 failed"; sleep 0.5; rm right',
    "alone": 'test ! -e right && echo "alone: 1 passed, 0 failed"',
    "hangs": 'sleep 1000 & echo $$! >>pids; setsid sleep 1000 & '
             'echo $$! >>pids; touch hangs; wait',
    "leaves": 'setsid sleep 1000 >/dev/null & echo $$! >>pids; '
              'echo "leaves: 1 passed, 0 failed"',
}
CLOSING = re.compile(r"\d+ passed, \d+ failed, \d+ skipped")


def is_running(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Runner(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        rules = "".join(f"check-{name}:\n\t@{shell}\n"
                        for name, shell in SUITES.items())
        (self.place / "Makefile").write_text(
            rules + "built:\n\t@echo cc -c noise.c\n"
            "broken:\n\t@echo it does not compile; false\n")

    def command(self, *words):
        return [TESTS / "check/run", "--logs", self.place / "logs", *words]

    def run_suites(self, *words):
        """The exit code, the last line, and everything."""
        done = subprocess.run(self.command(*words), cwd=self.place, text=True,
                              stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT, timeout=60)
        return done.returncode, done.stdout.splitlines()[-1], done.stdout

    def red(self, name, last, *says):
        code, seen, text = self.run_suites(name)
        self.assertEqual((code, seen), (1, last), text)
        for part in says:
            self.assertIn(part, text)

    def test_green(self):
        code, last, text = self.run_suites("--first", "built", "good",
                                           "checks")
        self.assertEqual((code, last), (0, "7 passed, 0 failed, 0 skipped"))
        self.assertNotIn("noise.c", text)
        self.assertEqual(len(re.findall(r"(?m)^ *\d+/2 ok .* \d+ s ", text)),
                         3, text)
        self.assertEqual((self.place / "logs/good.log").read_text(),
                         "good: 3 passed, 0 failed\n")

    def test_failed(self):
        self.red("bad", "1 passed, 1 failed, 0 skipped", "what is wrong")

    def test_exit_code_and_words_differ(self):
        self.red("liar", "2 passed, 1 failed, 0 skipped")
        self.red("dies", "2 passed, 1 failed, 0 skipped", "exit status 2")

    def test_nothing_tested(self):
        self.red("mute", "0 passed, 1 failed, 0 skipped",
                 "does not say how many")
        self.red("none", "0 passed, 1 failed, 0 skipped", "no test ran")
        self.red("unheard-of", "0 passed, 2 failed, 0 skipped")

    def test_skips(self):
        self.red("skips", "1 passed, 1 failed, 0 skipped",
                 "not among the accepted skips: it: did not feel like it")
        self.red("unnamed", "1 passed, 1 failed, 0 skipped",
                 "without saying why")
        code, last, text = self.run_suites("daemon")
        self.assertEqual((code, last), (0, "1 passed, 0 failed, 1 skipped"))
        self.assertIn("systemd: needs root (only root", text)

    def test_does_not_compile(self):
        code, last, text = self.run_suites("--first", "broken", "good")
        self.assertEqual((code, last), (1, "3 passed, 1 failed, 0 skipped"))
        self.assertIn("it does not compile", text)

    def test_side_by_side_and_alone(self):
        code, last, text = self.run_suites("--jobs", "2", "--alone", "alone",
                                           "left", "alone", "right")
        self.assertEqual((code, last), (0, "3 passed, 0 failed, 0 skipped"),
                         text)

    def pids(self):
        return (self.place / "pids").read_text().split()

    def test_told_to_end(self):
        with subprocess.Popen(self.command("hangs", "good"), text=True,
                              cwd=self.place,
                              stdout=subprocess.PIPE) as runner:
            while not (self.place / "hangs").exists():
                self.assertIsNone(runner.poll())
                time.sleep(0.05)
            runner.send_signal(signal.SIGTERM)
            said = runner.communicate(timeout=30)[0]
        self.assertEqual(runner.returncode, 128 + signal.SIGTERM)
        self.assertEqual(len(self.pids()), 2)
        self.assertFalse(any(map(is_running, self.pids())))
        self.assertRegex(said.splitlines()[-1], CLOSING)
        self.assertNotIn(" 0 failed", said.splitlines()[-1])

    def test_what_is_left_running_is_ended(self):
        code, _, text = self.run_suites("leaves")
        self.assertEqual(code, 0)
        self.assertIn("still running, and ended now: ", text)
        self.assertFalse(any(map(is_running, self.pids())))


class Counting(unittest.TestCase):
    def read(self, text):
        found = counts.read(text)
        return found.passed, found.failed, found.skipped

    def test_cunit(self):
        self.assertEqual(self.read(
            "Run Summary:    Type  Total    Ran Passed Failed Inactive\n"
            "              suites      7      7    n/a      0        0\n"
            "               tests     45     45     44      1        0\n"
            "             asserts   1023   1023   1022      1      n/a\n"),
            (44, 1, 0))

    def test_unittest(self):
        ran = "-" * 70 + "\nRan 12 tests in 0.002s\n\n"
        self.assertEqual(self.read(ran + "OK\n"), (12, 0, 0))
        self.assertEqual(self.read(
            ran + "FAILED (failures=1, errors=2, skipped=1)\n"), (8, 3, 1))

    def test_words_that_are_no_result(self):
        self.assertEqual(counts.read("all passed\n3 passed\n").lines, 0)

    def test_the_list(self):
        for suite, case, said, why in skips.entries():
            self.assertTrue(suite and case and said)
            self.assertGreater(len(why), 10)

    def test_a_malformed_list(self):
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch, "list")
            path.write_text("daemon systemd | needs root\n")
            with self.assertRaises(skips.Malformed):
                skips.entries(path)
