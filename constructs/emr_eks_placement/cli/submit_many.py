"""emr-placement submit-many: starts the job runs of a file, each exactly once, however often it is interrupted."""

import argparse
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from emr_eks_placement.cli.environment_session import environment_of, session_of
from emr_eks_placement.cli.explain import check_code
from emr_eks_placement.cli.fleet_events import FleetEvents
from emr_eks_placement.cli.fleet_shapes import Shapes, counted
from emr_eks_placement.cli.plan_output import problem_lines
from emr_eks_placement.cli.planned import stopping, without
from emr_eks_placement.cli.prepared import Account, Prepared
from emr_eks_placement.errors import InputError, RuleError, finding
from emr_eks_placement.fleet.journal import Fleet, Journal, begin
from emr_eks_placement.fleet.lines import FleetLine, read_lines
from emr_eks_placement.planning import Plan
from emr_eks_placement.submission.request import LONGEST_RUN_NAME, named_run

if TYPE_CHECKING:
    from emr_eks_placement.aws.fleet import FleetRun

_ALL_STARTED, _SOME_NOT, _INTERRUPTED = 0, 1, 130
_ATTEMPTS = 10
_MOST_THREADS = 64
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class _Planned:
    """A line that is to be started, in a zone if it was spread."""

    line: FleetLine
    zone: str | None
    prepared: Prepared


def run(options: argparse.Namespace) -> int:
    """0: all are started; 1: some are refused or not known to be started, or a problem stopped all; 130: interrupted.

    Raises InputError with nothing started for an unusable file, and for what stops the rest; in both cases it can be run
    again.
    """
    for code in options.ignore:
        check_code("--ignore", code)
    if not 1 <= options.concurrency <= _MOST_THREADS:
        rule = f"1 to {_MOST_THREADS} requests at once (product limit)"
        raise InputError([finding("--concurrency", RuleError(options.concurrency, rule, "Write for example 8"))])
    content = _read(options.file)
    lines = read_lines(str(options.file), content.decode("utf-8", "replace"))
    account = _account(options)
    path = options.journal or options.file.with_name(f"{options.file.name}.journal")
    with Journal(path, _fleet(account, content)) as journal:
        return _submit(account, lines, journal, options)


def _submit(account: Account, lines: list[FleetLine], journal: Journal, options: argparse.Namespace) -> int:
    before = len(journal.progress.started)
    planned = list(_planned(account, lines, journal, options))
    with FleetEvents(len(lines), before, as_json=options.output == "json") as events:
        if before:
            events.note(f"{before} of {len(lines)} job runs are started already, by {journal.path}")
        if not _may_start(planned, options, events):
            return _SOME_NOT
        return _start(account, planned, journal, options, events)


def _start(
    account: Account, planned: list[_Planned], journal: Journal, options: argparse.Namespace, events: FleetEvents
) -> int:
    from emr_eks_placement.aws.fleet import FleetSubmitter
    from emr_eks_placement.aws.job_runs import JobRunsApi

    for prepared in {id(one.prepared): one.prepared for one in planned}.values():
        prepared.submittable.upload(account.session)
    runs = (_run(one, journal.fleet) for one in planned)
    submitter = FleetSubmitter(JobRunsApi(account.session), journal, runs, concurrency=options.concurrency)
    interrupted = False
    submitter.start()
    while True:
        try:
            if submitter.wait(_LOOK_SECONDS):
                break
            events.progress(submitter.started, submitter.refused, submitter.unknown)
        except KeyboardInterrupt:
            submitter.stop()
            interrupted = True
            events.note("interrupted; what is under way is ended first")
    total, started = events.total, len(journal.progress.started)
    refused = len(journal.progress.refused)
    events.ended(started=started, refused=refused, unknown=len(journal.progress.in_doubt), total=total)
    if submitter.stopped_by is not None:
        events.note(f"{started} of {total} job runs are started; run the same command again for the others")
        raise submitter.stopped_by
    if submitter.last_failure is not None:
        events.note(f"the last that was not started: {submitter.last_failure}")
    if started == total:
        events.say(f"all {total} job runs are started")
        return _ALL_STARTED
    events.say(f"{started} of {total} job runs are started, {refused} are refused")
    if started + refused < total:
        events.note("run the same command again for the others")
    if refused:
        events.note("--retry-refused asks again for those that EMR refused")
    return _INTERRUPTED if interrupted else _SOME_NOT


def _planned(
    account: Account, lines: list[FleetLine], journal: Journal, options: argparse.Namespace
) -> Iterator[_Planned]:
    """The lines that are to be started, each in its zone; one that may be started already in that of then."""
    progress = journal.progress
    shapes = Shapes(account, str(options.file), _zones(account, options), by_capacity=options.spread == "capacity")
    for line in lines:
        turn = shapes.zone_of(line)
        if line.number in progress.started or (line.number in progress.refused and not options.retry_refused):
            continue
        zone = progress.zones.get(line.number) if line.number in progress.in_doubt else turn
        yield _Planned(line, zone, shapes.prepare(line, zone))


def _may_start(planned: list[_Planned], options: argparse.Namespace, events: FleetEvents) -> bool:
    """Plans every distinct shape, tells how many runs have it and its problems, and whether none stops the fleet."""
    plans: dict[tuple[str, tuple[str, ...]], Plan | InputError] = {}
    names = []
    for one in planned:
        name = one.prepared.shown_as if one.line.request is None else "requests"
        key = (name if one.line.request is None else one.prepared.shown_as, one.line.conf)
        names.append(" ".join((name, *(f"--conf {part}" for part in one.line.conf))))
        if key not in plans:
            try:
                plans[key] = without(one.prepared.with_more((), one.line.conf).plan(), options.ignore)
            except InputError as error:
                if not options.force:
                    raise
                plans[key] = error
    for count, name in counted(names):
        events.say(f"{count} of {name}")
    stopped: list[str] = []
    for (name, _conf), made in plans.items():
        if isinstance(made, InputError):
            events.note(f"not planned: {made}")
            continue
        for text in problem_lines(made):
            events.say(f"{name}: {text}" if not text.startswith(" ") else text)
        stopped += stopping(made, options.fail_on)
    if stopped and not options.force:
        events.note(f"not started: {', '.join(dict.fromkeys(stopped))}. Mend it, --ignore CODE, or --force")
        return False
    return True


def _run(one: _Planned, fleet: Fleet) -> "FleetRun":
    from emr_eks_placement.aws.fleet import FleetRun

    line = one.line
    submittable = one.prepared.with_more(line.arguments, line.conf).submittable
    base = "-".join(part for part in (submittable.job, submittable.placement) if part)
    own = f"{fleet.id}-{line.number:05}"
    name = line.run_name or f"{base[: LONGEST_RUN_NAME - len(own) - 1]}-{own}"
    request = named_run(submittable.request, job=submittable.job, placement=submittable.placement, run_name=name)
    return FleetRun(line.number, one.zone, request)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        broken = RuleError(None, f"can't be read: {error.strerror}", "Check the path")
        raise InputError([finding(str(file), broken)]) from None


def _zones(account: Account, options: argparse.Namespace) -> tuple[str, ...]:
    if options.spread is None:
        return ()
    known = tuple(account.environment.zones) if account.environment else ()
    if not known:
        rule = "runs are spread over the zones of an environment"
        raise InputError([finding("--spread", RuleError(options.spread, rule, "Add --environment"))])
    return known


def _account(options: argparse.Namespace) -> Account:
    """With as many tries as a fleet takes, and less sent while AWS throttles."""
    from emr_eks_placement.aws.session import aws_session

    open_session = partial(aws_session, attempts=_ATTEMPTS, retry_mode="adaptive")
    if options.environment is None:
        return Account(open_session(options.profile, options.region), None, None)
    environment = environment_of(options)
    session = session_of(environment, options.environment, options.profile, open_session)
    return Account(session, environment, options.environment)


def _fleet(account: Account, content: bytes) -> Fleet:
    from emr_eks_placement.aws.account.read import identity
    from emr_eks_placement.aws.errors import aws_errors

    with aws_errors("AWS credentials", "sts:GetCallerIdentity"):
        number, _arn = identity(account.session)
    digest = hashlib.sha256(content).hexdigest()
    return begin(secrets.token_hex(4), digest, number, str(account.session.region_name))
