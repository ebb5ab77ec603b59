"""emr-placement smoke-test: runs a small job once in each placement, and says what was not as planned."""

import argparse
import sys
from collections.abc import Collection
from datetime import UTC, datetime

from emr_eks_placement.cli.environment_session import environment_of, session_of
from emr_eks_placement.cli.follow_run import INTERRUPTED
from emr_eks_placement.cli.prepared import at_option
from emr_eks_placement.cli.smoke_output import Report, Tried, as_json, as_table
from emr_eks_placement.cli.smoke_run import Ready, SmokeRunner
from emr_eks_placement.errors import InputError, RuleError, finding, printable
from emr_eks_placement.observation.difference import KINDS
from emr_eks_placement.observation.learned import learned
from emr_eks_placement.observation.smoke import SmokeRun, differences
from emr_eks_placement.submission.smoke import SmokeCase, smoke_cases

_AGREED, _DIFFERED = 0, 1


def run(options: argparse.Namespace) -> int:
    """0: every run agreed with its plan, 1: one differed, 130: interrupted. Raises InputError with nothing started."""
    _check(options)
    environment = environment_of(options)
    try:
        cases = smoke_cases(environment, options.placement, options.job)
    except RuleError as broken:
        raise InputError([at_option(broken, str(options.environment))]) from None
    session = session_of(environment, options.environment, options.profile)
    runner = SmokeRunner(session, str(options.environment), _tell, timeout=options.timeout)
    ready = [runner.prepare(case) for case in cases]
    tried: list[Tried] = []
    try:
        for number, one in enumerate(ready, start=1):
            _tell(f"{one.case.placement.name} ({number} of {len(ready)})")
            tried.append(_tried(one, runner.run(one), cases, options.ignore))
    except KeyboardInterrupt:
        _tell(f"interrupted; {len(tried)} of {len(ready)} placements were tried")
        return INTERRUPTED
    facts = learned({one.name: one.seen for one in tried}, runner.access(ready[0]))
    report = Report(environment.name, environment.region, datetime.now(UTC), tuple(tried), tuple(facts))
    is_json = options.output == "json"
    sys.stdout.write(as_json(report, show_names=options.show_names) if is_json else as_table(report))
    counted = ("error",) if options.fail_on == "error" else ("error", "warning")
    found = {one.severity for each in tried for one in each.differences}
    return _DIFFERED if found.intersection(counted) else _AGREED


def _tried(ready: Ready, seen: SmokeRun, cases: list[SmokeCase], ignored: Collection[str]) -> Tried:
    """Named after the placement, and the virtual cluster where there are several."""
    case = ready.case
    several = len({one.virtual_cluster for one in cases}) > 1
    name = f"{case.virtual_cluster}/{case.placement.name}" if several else case.placement.name
    found = tuple(one for one in differences(seen) if one.kind not in ignored)
    return Tried(name, case, ready.prepared.submittable.request, seen, found)


def _check(options: argparse.Namespace) -> None:
    """Raises InputError for options that can't be used."""
    if not options.timeout > 0:
        broken = RuleError(options.timeout, "a number of seconds above 0", "Write for example 1200")
        raise InputError([finding("--timeout", broken)])
    for kind in options.ignore:
        if kind not in KINDS:
            broken = RuleError(kind, f"the kinds of difference are {', '.join(KINDS)}", "Name one of them")
            raise InputError([finding("--ignore", broken)])


def _tell(text: str) -> None:
    sys.stderr.write(f"note: {printable(text)}\n")
    sys.stderr.flush()
