"""emr-placement submit-many: starts the job runs of a file exactly once, also after interruptions."""

import argparse
import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emr_eks_placement.cli.commands.explain import check_code
from emr_eks_placement.cli.options.account import account_of
from emr_eks_placement.cli.output.fleet_events import FleetEvents
from emr_eks_placement.cli.output.fleet_plans import may_start
from emr_eks_placement.cli.output.terminal import number_of, say
from emr_eks_placement.common.bounded import read_file
from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding, placed_at, refused
from emr_eks_placement.facts.emr import LONGEST_JOB_RUN_NAME
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.fleet_shapes import Asked, Shapes
from emr_eks_placement.runs.follow import INTERRUPTED
from emr_eks_placement.runs.source import source_of
from emr_eks_placement.submission.fleet_journal import Fleet, Journal, begin
from emr_eks_placement.submission.fleet_lines import FleetLine, at_most, read_lines
from emr_eks_placement.submission.request import check_filled_in

if TYPE_CHECKING:
    from emr_eks_placement.runs.fleet import FleetRun, FleetSubmitter

_ALL_STARTED, _SOME_NOT = 0, 1
_ATTEMPTS = 10
_MOST_THREADS = 64
_MOST_BYTES = 50_000_000  # of a fleet's file; product limit, 5 kB for each of its runs
_LOOK_SECONDS = 0.2
_MOST_NOTES = 5


def run(options: argparse.Namespace) -> int:
    """Returns 0 if all runs started, 1 if some were refused or are unknown or a problem stopped all, 130 if
    interrupted.

    Raises InputError if nothing was started because of an unusable file, and for an error that stops the rest. The same
    command can be run again in both cases.
    """
    for code in options.ignore:
        check_code("--ignore", code)
    if not 1 <= options.concurrency <= _MOST_THREADS:
        rule = f"1 to {_MOST_THREADS} requests at once (product limit)"
        raise refused("--concurrency", options.concurrency, rule, "Write for example 8")
    try:
        content = _read(options.file)
        lines = read_lines(str(options.file), content)
        path = options.journal or options.file.with_name(f"{options.file.name}.journal")
        # As many attempts as a fleet needs, with fewer calls while AWS throttles.
        account = account_of(options, attempts=_ATTEMPTS, retry_mode="adaptive")
        with Journal(path, _fleet(account, content)) as journal:
            return _submit(account, lines, journal, options)
    except KeyboardInterrupt:
        say("interrupted; run the same command again to continue", "note")
        return INTERRUPTED


def _submit(account: Account, lines: list[FleetLine], journal: Journal, options: argparse.Namespace) -> int:
    before = len(journal.progress.started)
    with FleetEvents(len(lines), before, as_json=options.output == "json") as events:
        if before:
            events.note(f"{before} of {len(lines)} job runs were already started, as recorded in {journal.path}")
        source, zones = source_of(account), _zones(account, options)
        shapes = Shapes(source, str(options.file), zones, by_capacity=options.spread == "capacity")
        asked = _asked(lines, shapes, journal, options)
        for read_as, number in Counter(line.read_as for line in lines if line.read_as).most_common(_MOST_NOTES):
            events.note(f"{number_of(number, 'request')} of {options.file} {'is' if number == 1 else 'are'} {read_as}")
        journal.direct_to(one.prepared.virtual_cluster for one in asked)
        if not may_start(asked, shapes, options, events):
            return _SOME_NOT
        runs = _runs(asked, journal.fleet, options)
        for prepared in {tuple(one.prepared.files): one.prepared for one in asked}.values():
            for key in prepared.upload():
                events.note(f"uploaded s3://{prepared.bucket}/{key}")
        return _start(account, runs, journal, options, events)


def _start(
    account: Account, runs: "list[FleetRun]", journal: Journal, options: argparse.Namespace, events: FleetEvents
) -> int:
    from emr_eks_placement.runs.fleet import FleetSubmitter

    submitter = FleetSubmitter(account.job_runs, journal, runs, options.concurrency)
    interrupted = False
    submitter.start()
    while True:
        try:
            if submitter.wait(_LOOK_SECONDS):
                break
            events.progress(submitter.counts)
        except KeyboardInterrupt:
            if interrupted:
                break
            interrupted = True
            submitter.stop()
            events.note("interrupted; current starts are finished first, a second interrupt skips that")
    status = _tell_end(submitter, events)
    return INTERRUPTED if interrupted and status != _ALL_STARTED else status


def _tell_end(submitter: "FleetSubmitter", events: FleetEvents) -> int:
    """Raises InputError for an error that stopped all runs."""
    progress, total = submitter.journal.progress, events.total
    started, refused = len(progress.started), len(progress.refused)
    events.ended(started=started, refused=refused, unknown=len(progress.in_doubt), total=total)
    if submitter.counts.older:
        events.note(f"{submitter.counts.older} of them were started by an earlier submission with the same name")
    if submitter.stopped_by is not None:
        events.note(f"{started} of {total} job runs are started; run the same command again for the others")
        raise submitter.stopped_by
    if submitter.last_failure is not None:
        events.note(f"the last that was not started: {submitter.last_failure}")
    if started == total:
        events.say("1 job run is started" if total == 1 else f"all {total} job runs are started")
        return _ALL_STARTED
    if started + refused < total:
        events.note("run the same command again for the others")
    if refused:
        events.note("--retry-refused submits those again that EMR refused")
    events.say(f"{started} of {total} job runs are started, {refused} refused")
    return _SOME_NOT


def _asked(lines: list[FleetLine], shapes: Shapes, journal: Journal, options: argparse.Namespace) -> list[Asked]:
    """Returns the lines to start, each with its zone; a line that may have started keeps its earlier zone."""
    from emr_eks_placement.aws.errors import AwsError

    progress = journal.progress
    asked: list[Asked] = []
    findings: list[Finding] = []
    for line in lines:
        try:
            turn = shapes.zone_of(line)
            if line.number in progress.started or (line.number in progress.refused and not options.retry_refused):
                continue
            zone = progress.zones.get(line.number) if line.number in progress.in_doubt else turn
            prepared = shapes.prepare(line, zone)
            _ = prepared.virtual_cluster
            if line.request is not None and not options.force:
                _check_filled_in(line.request, f"{options.file}:{line.number}")
            asked.append(Asked(line, zone, prepared))
        except AwsError:
            raise
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(at_most(str(options.file), findings))
    return asked


def _check_filled_in(request: Mapping[str, Any], shown_as: str) -> None:
    with placed_at(shown_as):
        check_filled_in(request)


def _runs(asked: list[Asked], fleet: Fleet, options: argparse.Namespace) -> "list[FleetRun]":
    """Returns the runs. Raises InputError, at the lines, for requests that can't be started."""
    from emr_eks_placement.runs.fleet import FleetRun

    runs: list[FleetRun] = []
    findings: list[Finding] = []
    for one in asked:
        line, base = one.line, one.prepared.base_name
        own = f"{fleet.id}-{line.number:05}"
        name = line.run_name or f"{base[: LONGEST_JOB_RUN_NAME - len(own) - 1]}-{own}"
        try:
            request = one.prepared.named(name)
        except RuleError as broken:
            findings.append(finding(str(options.file), broken, line=line.number))
        else:
            runs.append(FleetRun(line.number, one.zone, request, is_named=line.run_name is not None))
    if findings:
        raise InputError(at_most(str(options.file), findings))
    return runs


def _read(file: Path) -> bytes:
    try:
        return read_file(file, _MOST_BYTES)
    except OSError as error:
        raise refused(str(file), None, f"can't be read: {error.strerror}", "Check the path") from None


def _zones(account: Account, options: argparse.Namespace) -> tuple[str, ...]:
    """Returns the zones to spread runs over; none without spreading."""
    if options.spread is None:
        if options.zones is not None:
            raise refused("--zones", options.zones, "runs are spread over them", "Add --spread, or remove it")
        return ()
    if account.environment is None:
        rule = "runs are spread over the zones of an environment"
        raise refused("--spread", options.spread, rule, "Add --environment")
    known = account.environment.zones
    if options.zones is None:
        return tuple(known)
    chosen = tuple(dict.fromkeys(options.zones.split(",")))
    for zone in chosen:
        if zone not in known:
            rule = f"the environment's zones are {', '.join(known)}"
            raise refused("--zones", zone, rule, "Name some of them, separated by commas")
    return chosen


def _fleet(account: Account, content: bytes) -> Fleet:
    from emr_eks_placement.aws.session import identity

    number, _arn = identity(account.session)
    digest = hashlib.sha256(content).hexdigest()
    return begin(secrets.token_hex(4), digest, number, str(account.session.region_name))
