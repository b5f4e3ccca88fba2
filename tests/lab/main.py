# SPDX-License-Identifier: GPL-2.0-only
"""The lab's command line."""
import argparse
import os
import pathlib

from . import (cases, count, demo, ending, hostile, report, runner, shell,
               table)

# Hypervisors that have names of their own.
NAMED = ["stock", "module", "debug"]


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog="tests/lab/run", description="Boots a real Xen with a real "
        "Linux dom0 in QEMU, and decides pass or fail for each case.")
    parser.add_argument("case", nargs="*", metavar="CASE",
                        help="cases to run (default: all)")
    parser.add_argument("--xen", action="append", metavar="WHICH",
                        help="stock, module, debug, or the path of a "
                        "hypervisor with the module (PATH:stock for one "
                        "without); may be given more than once")
    parser.add_argument("--long", action="store_true",
                        help="the cases too that are not needed each time, "
                        "and all of them on debug")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help="how many hostile rounds (default: "
                        f"{hostile.ROUNDS}, with --long {hostile.ROUNDS_LONG})")
    parser.add_argument("--seed", type=int, metavar="N",
                        help="of what is random (default: a new one, which "
                        "is said)")
    parser.add_argument("--list", action="store_true",
                        help="list the cases")
    parser.add_argument("--table", action="store_true",
                        help="write docs/lab-results.md from the results kept")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="show everything that was seen")
    parser.add_argument("--shell", metavar="CASE",
                        help="boot this case's machine (on the one --xen "
                        "names, else stock), do its steps, then run commands "
                        "in dom0: the arguments, or lines of standard input")
    parser.add_argument("--no-owners", action="store_true",
                        help="do not hold the IOMMU's tables against who has "
                        "what after each step")
    parser.add_argument("--demo", action="store_true",
                        help="case D for a person, stock beside module")
    parser.add_argument("--count", action="store_true",
                        help="guest instructions for an add and a remove, "
                        "module against stock")
    return parser, parser.parse_args(argv)


def _chosen(parser, names):
    known = {case.name: case for case in cases.ALL}
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no case {' '.join(unknown)}; there are: "
                     + " ".join(known))
    return [known[name] for name in names] if names else cases.ALL


def _existing(parser, names):
    """These hypervisors; whoever names a file wants no other answer than one
    about that file."""
    for name in names:
        if name not in NAMED and \
                not pathlib.Path(name.removesuffix(":stock")).is_file():
            parser.error(f"no hypervisor {name}: neither one of "
                         f"{' '.join(NAMED)} nor a file")
    return names


def _chance(options):
    """What random cases are told."""
    rounds = options.rounds or (hostile.ROUNDS_LONG if options.long else None)
    for name, value in (("LAB_ROUNDS", rounds), ("LAB_SEED", options.seed)):
        if value is not None:
            os.environ[name] = str(value)


def _show(result, verbose):
    print(report.line(result), flush=True)
    if verbose:
        for found in result.findings:
            print(f"        {'ok ' if found.ok else 'BAD'} {found.text}: "
                  f"{found.seen}", flush=True)


def _negative_control(results):
    """The result of the lab's own case: its expectations can fail."""
    result = runner.Result("lab", "every expectation was seen to fail where "
                           "something is wrong", "", "stock", "passed")
    idle = report.never_seen_failing(results)
    if all(other.outcome == "skipped" for other in results
           if other.xen == "stock"):
        result.outcome, result.reason = "skipped", "nothing ran"
    elif idle:
        result.outcome = "failed"
        result.reason = "never seen to fail: " + " ".join(idle)
    return result


def main(argv):
    """Returns the exit code: 0 if something ran and nothing failed or was
    skipped, else 1."""
    parser, options = _arguments(argv)
    names = _existing(parser, options.xen or NAMED)
    _chance(options)
    ending.on_signals()
    if options.demo:
        return demo.run()
    if options.count:
        return count.run()
    if options.shell:
        return shell.run(_chosen(parser, [options.shell])[0],
                         names[0], options.case)
    chosen = _chosen(parser, options.case)
    if options.list:
        for case in chosen:
            print(f"{case.name:9} {case.title}")
        return 0
    if options.table:
        table.write()
        return 0
    results = runner.run(chosen, names,
                         lambda result: _show(result, options.verbose),
                         lambda case, name: bool(options.case)
                         or case.is_chosen(name, options.long),
                         owners=not options.no_owners)
    report.keep(results)
    if not options.case and "stock" in names:
        results.append(_negative_control(results))
        _show(results[-1], False)
    for line in report.skips(results):
        print(line)
    if not results:
        print("none of these cases is for any of these hypervisors")
    print(report.closing(results))
    return report.exit_code(results)
