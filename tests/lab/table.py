# SPDX-License-Identifier: GPL-2.0-only
"""docs/lab-results.md, from the results that were really seen."""
from . import cases, report
from .paths import RESULTS_TABLE

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Written by `tests/lab/run --table` from the last results; not by hand. -->
# What the lab saw

Real Xen, real Linux dom0, in QEMU's emulation. Each cell is what was seen in
the last run of that case, not what was expected.

| case | what happens | machine | stock Xen | with the module | what a user notices on stock Xen |
|---|---|---|---|---|---|
"""


def _cell(entry):
    """What was seen in one run, without the plain successes of steps."""
    if entry is None:
        return "not run"
    mark = "" if entry["outcome"] == "passed" else "**not as expected**: "
    seen = [found["seen"] for found in entry["findings"]
            if found["helper"] != "step"]
    text = "; ".join(dict.fromkeys(seen)) or entry["reason"]
    return mark + text.replace("|", "\\|").replace("\n", " ")


def write():
    """Writes the table; cases without any result are said to be not run."""
    kept = report.load()
    rows = []
    for case in cases.ALL:
        module = kept.get((case.name, "module"))
        stock = ("-" if case.stock is None
                 else _cell(kept.get((case.name, "stock"))))
        rows.append(f"| {case.name} | {case.title} | "
                    f"{case.machine.describe()} | {stock} | "
                    f"{_cell(module)} | {case.user or '-'} |\n")
    RESULTS_TABLE.parent.mkdir(exist_ok=True)
    RESULTS_TABLE.write_text(HEAD + "".join(rows))
