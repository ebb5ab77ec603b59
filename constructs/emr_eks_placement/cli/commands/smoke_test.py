"""emr-placement smoke-test: runs a small job in each placement, and reports differences from the plan."""

import argparse
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from emr_eks_placement.cli.options.account import environment_of
from emr_eks_placement.cli.output.smoke import Report, Tried, as_json, as_table
from emr_eks_placement.cli.output.terminal import say
from emr_eks_placement.common.errors import InputError, RuleError, refused
from emr_eks_placement.observation.difference import KINDS
from emr_eks_placement.observation.learned import learned
from emr_eks_placement.observation.smoke import differences
from emr_eks_placement.runs.follow import INTERRUPTED
from emr_eks_placement.runs.prepared import at_option
from emr_eks_placement.runs.smoke import Ready, SmokeRunner
from emr_eks_placement.submission.smoke import case_names, smoke_cases

_AGREED, _DIFFERED = 0, 1


def run(options: argparse.Namespace) -> int:
    """Returns 0 if every run agreed with its plan, 1 if one differed, 130 if interrupted. Raises InputError if nothing
    was started."""
    _check(options)
    account, environment = environment_of(options)
    try:
        cases = smoke_cases(environment, options.placement, options.job)
    except RuleError as broken:
        raise InputError([at_option(broken, account.file)]) from None
    runner = SmokeRunner(account, _tell, timeout=options.timeout)
    ready = [runner.prepare(case) for case in cases]
    access = runner.access(ready[0])
    tried, is_interrupted = _try(runner, ready, options.ignore)
    facts = learned({one.name: one.seen for one in tried}, access)
    report = Report(environment.name, environment.region, datetime.now(UTC), tuple(tried), tuple(facts))
    is_json = options.output == "json"
    if tried:
        sys.stdout.write(as_json(report, show_names=options.show_names) if is_json else as_table(report))
    if is_interrupted:
        return INTERRUPTED
    counted = ("error",) if options.fail_on == "error" else ("error", "warning")
    found = {one.severity for each in tried for one in each.differences}
    return _DIFFERED if found.intersection(counted) else _AGREED


def _try(runner: SmokeRunner, ready: Sequence[Ready], ignored: Collection[str]) -> tuple[list[Tried], bool]:
    """Returns the results in order, and whether the test was interrupted."""
    tried: list[Tried] = []
    names = case_names([one.case for one in ready])
    try:
        for number, (name, one) in enumerate(zip(names, ready, strict=True), start=1):
            _tell(f"{name} ({number} of {len(ready)})")
            seen = runner.run(one)
            found = tuple(each for each in differences(seen) if each.kind not in ignored)
            tried.append(Tried(name, one.case, one.prepared.request, seen, found))
    except KeyboardInterrupt:
        _tell(f"interrupted; {len(tried)} of {len(ready)} placements were tried")
        return tried, True
    return tried, False


def _check(options: argparse.Namespace) -> None:
    """Raises InputError for unusable options."""
    if not options.timeout > 0:
        raise refused("--timeout", options.timeout, "a number of seconds above 0", "Write for example 1200")
    for kind in options.ignore:
        if kind not in KINDS:
            raise refused("--ignore", kind, f"the kinds of difference are {', '.join(KINDS)}", "Name one of them")


def _tell(text: str) -> None:
    say(text, "note")
