"""emr-placement submit: starts a job run, if its pods can be placed, and waits for it if asked."""

import argparse
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emr_eks_placement.cli.environment_session import session_of
from emr_eks_placement.cli.explain import check_code
from emr_eks_placement.cli.follow_run import INTERRUPTED, follow, tell_output
from emr_eks_placement.cli.planned import plan_request, without
from emr_eks_placement.cli.request_file import read_request
from emr_eks_placement.cli.run_events import RunEvents, open_events
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.errors import InputError, RuleError, finding
from emr_eks_placement.planning import Plan
from emr_eks_placement.submission.choose import choose_placement
from emr_eks_placement.submission.request import default_run_name, named_run, with_arguments, with_conf

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.aws.submittable import Submittable

_STARTED, _STOPPED = 0, 1
_COMPLETED, _NOT_COMPLETED = 0, 1


@dataclass(frozen=True)
class Prepared:
    """What is submitted, where, and what a message calls it."""

    session: "boto3.Session"
    environment: Environment | None
    environment_file: Path | None
    submittable: "Submittable"
    shown_as: str


def run(options: argparse.Namespace) -> int:
    """0: started, with --wait completed; 1: stopped by a problem, with --wait not completed; 130: no longer waited for.

    Raises InputError with nothing started, or for a run that is there already but was started otherwise.
    """
    for code in options.ignore:
        check_code("--ignore", code)
    prepared = _prepare(options)
    request = _named(prepared, options)
    with open_events(options.output) as events:
        if not _may_start(prepared, events, options):
            return _STOPPED
        from emr_eks_placement.aws.job_runs import JobRunsApi

        api = JobRunsApi(prepared.session)
        for key in prepared.submittable.upload(prepared.session):
            events.note(f"uploaded s3://{prepared.submittable.bucket}/{key}")
        answer = api.start(request)
        events.started(request, answer.id, _where(prepared, request, api.region))
        if options.run_name is None and not options.wait:
            return _STARTED
        started = api.describe(request["virtualClusterId"], answer.id)
        _check_is_this_one(started, request)
        if answer.is_older(started):
            events.note(f"it was started before, at {started.created_at:%Y-%m-%d %H:%M:%S %Z}, and is {started.state}")
        if not options.wait:
            return _STARTED
        ended = follow(api, started, events, cancel_on_interrupt=options.cancel_on_interrupt)
        if ended is None:
            return INTERRUPTED
        tell_output(prepared.session, ended, events)
        return _COMPLETED if ended.state == "COMPLETED" else _NOT_COMPLETED


def _prepare(options: argparse.Namespace) -> Prepared:
    try:
        prepared = _of_file(options) if _is_file(options.job) else _of_environment(options)
        request = with_conf(with_arguments(prepared.submittable.request, options.argument), options.conf)
    except RuleError as broken:
        raise InputError([_at_option(broken, options)]) from None
    submittable = prepared.submittable.with_request(request)
    return replace(prepared, submittable=submittable)


def _is_file(job: str) -> bool:
    """A job of an environment is named like a Kubernetes object, without dots and slashes."""
    return job == "-" or "/" in job or job.endswith(".json")


def _of_environment(options: argparse.Namespace) -> Prepared:
    from emr_eks_placement.aws.submittable import of_environment

    if options.environment is None:
        rule = "a job is one of an environment"
        raise RuleError(
            options.job, rule, "Add --environment, or name the file of a request: job-run.json", path=("JOB",)
        )
    environment = load_environment(options.environment)
    chosen = choose_placement(
        environment, options.job, placement=options.placement, mode=options.mode, zone=options.zone
    )
    session = session_of(environment, options.environment, options.profile)
    try:
        submittable = of_environment(session, environment, options.job, chosen)
    except RuleError as broken:  # only a zone that no placement of the file has
        raise InputError([finding("--zone", broken, path=())]) from None
    return Prepared(session, environment, options.environment, submittable, f"{options.job} in placement {chosen.name}")


def _of_file(options: argparse.Namespace) -> Prepared:
    from emr_eks_placement.aws.session import aws_session
    from emr_eks_placement.aws.submittable import Submittable

    for option in ("placement", "mode", "zone"):
        if getattr(options, option) is not None:
            rule = "a request says its placement itself"
            raise RuleError(getattr(options, option), rule, "Remove it, or name a job", path=(f"--{option}",))
    shown_as = "standard input" if options.job == "-" else options.job
    try:
        request = read_request(options.job)
    except RuleError as broken:
        raise InputError([finding(shown_as, broken)]) from None
    environment = None if options.environment is None else load_environment(options.environment)
    session = (
        aws_session(options.profile, options.region)
        if environment is None
        else session_of(environment, options.environment, options.profile)
    )
    job = str(request.get("name") or "job-run")
    return Prepared(
        session, environment, options.environment, Submittable(job=job, placement="", request=request), shown_as
    )


def _named(prepared: Prepared, options: argparse.Namespace) -> dict[str, Any]:
    """The request with run name and client token; a token of the request's own stays, unless a run name is given."""
    submittable, own = prepared.submittable, prepared.submittable.request
    base = "-".join(part for part in (submittable.job, submittable.placement) if part)
    name = options.run_name or (own.get("name") if "clientToken" in own else None)
    try:
        named = named_run(
            own,
            job=submittable.job,
            placement=submittable.placement,
            run_name=name or default_run_name(base, datetime.now(UTC)),
        )
    except RuleError as broken:
        raise InputError([_at_option(broken, options, prepared.shown_as)]) from None
    return (
        named
        if options.run_name is not None
        else {**named, **{key: own[key] for key in ("clientToken",) if key in own}}
    )


def _may_start(prepared: Prepared, events: RunEvents, options: argparse.Namespace) -> bool:
    """Plans, tells the plan and says whether no problem stops it, or --force does not let it."""
    try:
        made = without(_plan(prepared), options.ignore)
    except InputError as error:
        if not options.force:
            raise
        events.note(f"not planned: {error}")
        return True
    events.planned(prepared.shown_as, made)
    stopping = ("error",) if options.fail_on == "error" else ("error", "warning")
    found = [problem.code for problem in made.problems if problem.severity in stopping]
    if found and not options.force:
        events.note(f"not started: {', '.join(dict.fromkeys(found))}. Mend it, --ignore CODE, or --force")
        return False
    return True


def _plan(prepared: Prepared) -> Plan:
    from emr_eks_placement.aws import submittable as aws

    session, request = prepared.session, prepared.submittable.request
    try:
        complete = aws.complete(session, request)
        templates = aws.pod_templates(session, complete, prepared.submittable.files)
    except RuleError as broken:
        raise InputError([finding(prepared.shown_as, broken)]) from None
    if prepared.environment is not None:
        capacity, namespace = aws.capacity_of_environment(session, prepared.environment, request)
    else:
        capacity, namespace = aws.capacity_of_virtual_cluster(session, request["virtualClusterId"])
    return plan_request(prepared.shown_as, complete, templates, capacity, namespace)


def _where(prepared: Prepared, request: Mapping[str, Any], region: str) -> str:
    """The options by which other commands find the run."""
    if prepared.environment_file is not None:
        return f"-e {shlex.quote(str(prepared.environment_file))}"
    return f"--virtual-cluster {request['virtualClusterId']} --region {region}"


def _check_is_this_one(started: JobRun, request: Mapping[str, Any]) -> None:
    """EMR answers a client token that it has seen with the run of then, whatever the request says."""
    for member in ("jobDriver", "releaseLabel"):
        if member in request and started.request.get(member) != request[member]:
            rule = f"job run {started.id} ({started.state}) has this name already, with another {member}; nothing was started"
            mend = "Choose another name, or submit it as before"
            raise InputError([finding("--run-name", RuleError(request["name"], rule, mend))])


def _at_option(broken: RuleError, options: argparse.Namespace, shown_as: str | None = None) -> Any:
    """The finding of a rule that an option breaks, or the environment, or the request."""
    start = str(broken.path[0]) if broken.path else ""
    if start == "JOB" or start.startswith("--"):
        return finding(start, broken, path=())
    return finding(shown_as or str(options.environment or options.job), broken)
