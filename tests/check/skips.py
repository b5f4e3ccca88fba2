# SPDX-License-Identifier: GPL-2.0-only
"""Which skips are accepted: tests/accepted-skips, and what it says."""
import fnmatch
import pathlib

LIST = pathlib.Path(__file__).resolve().parent.parent / "accepted-skips"


class Malformed(Exception):
    """A line of the list is not as it should be."""


def entries(path=LIST):
    """(suite, case, what is said, reason) of each line."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        names = parts[0].split()
        if len(parts) != 3 or len(names) != 2 or not all(parts):
            raise Malformed(f"{path}:{number}: found {line!r}, expected "
                            "SUITE CASE | WHAT IS SAID | REASON")
        found.append((*names, *parts[1:]))
    return found


def reason(suite, case, said, path=LIST):
    """Why this skip is accepted, or None."""
    for its_suite, its_case, pattern, why in entries(path):
        if (suite, case) == (its_suite, its_case) and \
                fnmatch.fnmatchcase(said.strip(), pattern):
            return why
    return None
