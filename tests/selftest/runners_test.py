# SPDX-License-Identifier: GPL-2.0-only
"""The suites' own runners: what they must not call passed."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
TOP = TESTS.parent
BUILD = TOP / os.environ.get("BUILD", "build")
TOOL = BUILD / "san/xl-pci"
DUMP = TESTS / "data/desktop.lspci"


def run(*command, env=None):
    """Both streams in one. What our own make was told is not told to it."""
    env = {name: value for name, value in (env or os.environ).items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run([str(word) for word in command], text=True, env=env,
                          cwd=TOP, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, timeout=120)


class Scratch(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)

    def script(self, name, text):
        path = self.place / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path


class Daemon(Scratch):
    """tests/daemon/run, and the program with the daemon's parts."""

    def run_cases(self, *words, **environment):
        return run(sys.executable, TESTS / "daemon/run", "--scratch",
                   self.place, "--program", "/bin/true", *words,
                   env=dict(os.environ, **environment))

    def test_a_skip_that_is_not_accepted(self):
        done = self.run_cases("--fast", "syscalls", PATH="/nonexistent")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("SKIP syscalls: strace is not installed", done.stdout)
        self.assertIn("0 passed, 0 failed, 1 skipped", done.stdout)

    def test_a_case_that_there_is_not(self):
        done = self.run_cases("nonsense")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertNotIn("passed", done.stdout)

    def test_a_case_that_fails(self):
        done = self.run_cases("words")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("0 passed, 1 failed, 0 skipped", done.stdout)

    def test_a_part_that_there_is_not(self):
        done = run(BUILD / "tests/daemon/unit", self.place, "nonsense")
        self.assertEqual(done.returncode, 2, done.stdout)


class Tool(Scratch):
    """Scripts that look at what the tool prints look at its exit code, too."""

    def liar(self, word):
        """The tool, but a command line with this word ends with 3."""
        return self.script("liar", f'"{TOOL}" "$@"\nstatus=$?\n'
                           f'case " $* " in *" {word} "*) exit 3 ;; esac\n'
                           'exit $status\n')

    def check(self, name, words, *more):
        good = run(TESTS / "tool" / name, TOOL, *more)
        self.assertEqual(good.returncode, 0, good.stdout)
        for word in words:
            with self.subTest(word):
                bad = run(TESTS / "tool" / name, self.liar(word), *more)
                self.assertEqual(bad.returncode, 1, bad.stdout)
                self.assertNotIn(" 0 failed", bad.stdout)

    def test_compare_lspci(self):
        self.check("compare-lspci", ["tree"], DUMP)

    def test_round_trips(self):
        self.check("round-trips", ["json", "lspci", "trace", "svg", "dot",
                                   "diff", "replay", "-"], DUMP)

    def test_in_place(self):
        self.check("in-place", ["guests"])

    def test_hangs(self):
        self.check("hangs", ["check", "guests", "replay"])

    def test_libvirt(self):
        self.check("libvirt", ["guests"])

    def test_terminal(self):
        self.check("terminal", ["check", "diff"])


class One(unittest.TestCase):
    def test_both(self):
        for command, code, words in (("true", 0, "it: 1 passed, 0 failed\n"),
                                     ("false", 1, "it: 0 passed, 1 failed "
                                      "(exit status 1)\n")):
            done = run(TESTS / "check/one", "it", command)
            self.assertEqual((done.returncode, done.stdout), (code, words))


class Make(Scratch):
    def test_no_python_no_dump(self):
        """What a command leaves that could not run is not taken as made."""
        programs = self.place / "bin"
        programs.mkdir()
        for name in ("mkdir", "sed", "find"):
            (programs / name).symlink_to(f"/usr/bin/{name}")
        build = self.place / "build"
        build.mkdir()
        dump = build / "bench-16.lspci"
        line = [f"BUILD={build}", "BENCH_DEVICES=16", dump]
        done = run("/usr/bin/make", *line,
                   env=dict(os.environ, PATH=str(programs)))
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertFalse(dump.exists())
        done = run("/usr/bin/make", *line)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertGreater(dump.stat().st_size, 0)

    def test_the_suites_build_nothing(self):
        """Two suites at a time must not build the same: what they need is
        what check-built builds."""
        def compiled(*targets):
            # Those that are old are not looked at: they make a Xen.
            done = run("make", "-n", "-o", "lab-built", "-o", "check-hooks",
                       f"BUILD={self.place}", *targets)
            self.assertEqual(done.returncode, 0, done.stdout)
            return {line for line in done.stdout.splitlines()
                    if " -o " + str(self.place) in line}

        names = run("make", "-s", "--eval", "names:; @echo $(CHECKS)",
                    "names").stdout.split()
        self.assertGreater(len(names), 10)
        suites = [f"check-{name}" for name in names
                  if name not in ("lab", "hooks")]
        built = compiled("check-built")
        self.assertGreater(len(built), 100)
        self.assertEqual(compiled("check-built", *suites), built)


class Ci(Scratch):
    def test_ci_says_that_it_is(self):
        (self.place / ".ci").mkdir()
        (self.place / "tests/bare").mkdir(parents=True)
        self.script(".ci/run", (TOP / ".ci/run").read_text())
        self.script("tests/bare/run", 'echo "CI=$CI: $*"; exit 5\n')
        done = run("bash", self.place / ".ci/run",
                   env={"PATH": os.environ["PATH"]})
        self.assertEqual((done.returncode, done.stdout),
                         (5, "CI=true: user root lint\n"))

    def packages(self, sudo):
        """What .ci/deps does for a user where no package is installed."""
        self.script("id", "echo 1000\n")
        self.script("dpkg-query", "exit 1\n")
        if sudo:
            self.script("sudo", 'echo "$@" >>"$0.log"\n')
        for name in ("sh", "env"):
            if not (self.place / name).exists():
                (self.place / name).symlink_to(f"/usr/bin/{name}")
        done = run(TOP / ".ci/deps", "check", env={"PATH": str(self.place)})
        return done.returncode, done.stdout

    def test_the_packages_of_the_lab_with_sudo(self):
        sys.path.insert(0, str(TESTS))
        from lab import packages  # pylint: disable=import-outside-toplevel
        code, said = self.packages(sudo=True)
        self.assertEqual(code, 0, said)
        self.assertTrue(said.startswith("sudo apt-get install -y "), said)
        ran = (self.place / "sudo.log").read_text().split()
        for package in packages.NEEDED.values():
            self.assertIn(package, ran)

    def test_neither_root_nor_sudo(self):
        code, said = self.packages(sudo=False)
        self.assertEqual(code, 1, said)
        self.assertIn("only root can install them", said)
