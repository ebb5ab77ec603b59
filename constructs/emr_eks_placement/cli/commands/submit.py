"""emr-placement submit: starts a job run if its pods can be placed, and optionally waits for it."""

import argparse
import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from emr_eks_placement.cli.commands.explain import check_code
from emr_eks_placement.cli.options.account import account_of
from emr_eks_placement.cli.output.run_events import open_events
from emr_eks_placement.common.errors import InputError, RuleError, placed_at, refused
from emr_eks_placement.emr.read_requests import checked, understood
from emr_eks_placement.emr.request_file import names_file, read_request, shown_file
from emr_eks_placement.runs.follow import INTERRUPTED, RunEvents, follow, tell_output
from emr_eks_placement.runs.prepared import Prepared, at_option, prepare_job, prepare_request
from emr_eks_placement.runs.source import source_of, stopping, without
from emr_eks_placement.submission.request import check_filled_in, check_same_run, default_run_name

if TYPE_CHECKING:
    from emr_eks_placement.aws.job_runs import JobRunsApi, StartedRun

_STARTED, _STOPPED = 0, 1
_COMPLETED, _NOT_COMPLETED = 0, 1


def run(options: argparse.Namespace) -> int:
    """Returns 0 if the run started (with --wait: completed), 1 if a problem stopped it (with --wait: did not complete),
    130 if the wait was interrupted.

    Raises InputError if nothing was started, or if the existing run was started with other values.
    """
    for code in options.ignore:
        check_code("--ignore", code)
    asked, read_as = _prepare(options)
    prepared = asked.with_more(options.argument, options.conf)
    request = _named(prepared, options)
    with open_events(options.output) as events:
        if read_as:
            events.note(f"{prepared.shown_as}: {read_as}")
        if not _may_start(prepared, events, options):
            return _STOPPED
        return _start(prepared, request, events, options)


def _start(prepared: Prepared, request: Mapping[str, Any], events: RunEvents, options: argparse.Namespace) -> int:
    session, api = prepared.source.account.session, prepared.source.account.job_runs
    for key in prepared.upload():
        events.note(f"uploaded s3://{prepared.bucket}/{key}")
    answer = _ask_to_start(api, request, is_repeatable=_is_repeatable(prepared, request, options))
    events.started(request, answer.id, _where(prepared, request, api.region))
    if options.run_name is None and not options.wait:
        return _STARTED
    started = api.describe(request["virtualClusterId"], answer.id)
    with placed_at("--run-name"):
        check_same_run(started, request)
    if answer.is_older(started):
        events.note(f"it was started before, at {started.created_at:%Y-%m-%d %H:%M:%S %Z}, and is {started.state}")
    if not options.wait:
        return _STARTED
    ended = follow(session, api, started, events, cancel_on_interrupt=options.cancel_on_interrupt)
    if ended is None:
        return INTERRUPTED
    tell_output(session, ended, events)
    return _COMPLETED if ended.state == "COMPLETED" else _NOT_COMPLETED


def _is_repeatable(prepared: Prepared, request: Mapping[str, Any], options: argparse.Namespace) -> bool:
    """Returns whether the same command would start the same run: by its run name, or by the request's client token."""
    return options.run_name is not None or prepared.request.get("clientToken") == request["clientToken"]


def _ask_to_start(api: "JobRunsApi", request: Mapping[str, Any], *, is_repeatable: bool) -> "StartedRun":
    """Starts the run. Raises InputError; if it is unknown whether the run started, with the command that submits the
    same run again."""
    from emr_eks_placement.aws.errors import AwsError

    try:
        return api.start(request)
    except AwsError as error:
        if error.kind != "passing":
            raise
        how = "as before" if is_repeatable else f"with --run-name {request['name']}"
        fix = f"Submit it again {how}: a started run is not started twice"
        raise InputError([replace(found, fix=fix) for found in error.findings]) from None


def _prepare(options: argparse.Namespace) -> tuple[Prepared, str]:
    """Returns the request to submit, and how its file was read."""
    if not names_file(options.job, of_jobs=options.environment is not None):
        source = source_of(account_of(options).opened())
        return prepare_job(source, options.job, placement=options.placement, mode=options.mode, zone=options.zone), ""
    for option in ("placement", "mode", "zone"):
        if getattr(options, option) is not None:
            raise refused(
                f"--{option}",
                getattr(options, option),
                "a request contains its placement",
                "Remove it, or name a job",
            )
    with placed_at(shown_file(options.job)):
        read = read_request(options.job)
        request = checked(read.found)
        if not options.force:
            check_filled_in(request)
    source = source_of(account_of(options).opened())
    return prepare_request(source, request, shown_file(read.label)), understood(read.found, request)


def _named(prepared: Prepared, options: argparse.Namespace) -> dict[str, Any]:
    """Returns the request with run name and client token. A run name replaces the request's own token."""
    own = prepared.request
    name = options.run_name or (own.get("name") if "clientToken" in own else None)
    try:
        named = prepared.named(name or default_run_name(prepared.base_name, datetime.now(UTC)))
    except RuleError as broken:
        raise InputError([at_option(broken, prepared.shown_as)]) from None
    if options.run_name is None and "clientToken" in own:
        named["clientToken"] = own["clientToken"]
    return named


def _may_start(prepared: Prepared, events: RunEvents, options: argparse.Namespace) -> bool:
    """Plans the request and prints the plan. Returns whether no problem stops it, or --force is set."""
    try:
        made = without(prepared.plan(), options.ignore)
    except InputError as error:
        if not options.force:
            raise
        events.note(f"not planned: {error}")
        return True
    events.planned(prepared.shown_as, made)
    found = stopping(made, options.fail_on)
    if found and not options.force:
        events.note(f"not started: {', '.join(found)}. Fix it, or use --ignore CODE or --force")
        return False
    return True


def _where(prepared: Prepared, request: Mapping[str, Any], region: str) -> str:
    """Returns the options with which other commands find the run."""
    if prepared.source.account.file:
        return shlex.join(["-e", prepared.source.account.file])
    return shlex.join(["--virtual-cluster", str(request["virtualClusterId"]), "--region", region])
