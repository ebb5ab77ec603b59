"""Adds run name, client token, arguments and Spark properties to a StartJobRun request."""

import hashlib
import json
import re
import secrets
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.emr.placeholders import placeholders_of
from emr_eks_placement.facts.emr import JOB_RUN_NAME, JOB_RUN_NAME_RULE, LONGEST_JOB_RUN_NAME, RESOURCE_ID

_DRIVERS = {
    "sparkSubmitJobDriver": ("entryPointArguments", "sparkSubmitParameters"),
    "sparkSqlJobDriver": (None, "sparkSqlParameters"),
}
_COMPARED = ("jobDriver", "releaseLabel")


def default_run_name(base: str, moment: datetime) -> str:
    """Returns a unique name: the base, cut to fit, the time in UTC and random characters."""
    own = f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    return f"{base[: LONGEST_JOB_RUN_NAME - len(own) - 1]}-{own}"


def client_token(virtual_cluster: str, job: str, placement: str, run_name: str) -> str:
    """Returns the token with which EMR recognizes a repeated StartJobRun. Equal values give equal tokens, so that a
    retry starts nothing twice.

    It has 64 characters, the maximum (emr-containers ClientToken).
    """
    text = json.dumps([virtual_cluster, job, placement, run_name])
    return hashlib.sha256(text.encode()).hexdigest()


def named_run(request: Mapping[str, Any], *, job: str, placement: str, run_name: str) -> dict[str, Any]:
    """Returns the request of one run. Raises RuleError, with --run-name as path, for a name that EMR refuses, and with
    virtualClusterId as path for a request without one."""
    check_run_name(run_name)
    virtual_cluster = request.get("virtualClusterId", "")
    if not re.fullmatch(RESOURCE_ID, virtual_cluster):
        rule = "the id of a deployed virtual cluster (emr-containers ResourceIdString)"
        raise RuleError(virtual_cluster or None, rule, "Write its id", path=("virtualClusterId",))
    token = client_token(virtual_cluster, job, placement, run_name)
    return {**request, "name": run_name, "clientToken": token}


def check_filled_in(request: Mapping[str, Any]) -> None:
    """Raises RuleError, with its path, for a placeholder in a value for EMR: an id, an ARN, a URI or a name."""
    for one in placeholders_of(request):
        if not one.is_setting:
            rule = f"{one.text} is a placeholder, and a request is started as written"
            raise RuleError(one.text, rule, "Fill it in, or use --force if it is no placeholder", path=one.path)


def check_run_name(name: str) -> None:
    """Raises RuleError, with --run-name as path, for a name that EMR refuses."""
    if not re.fullmatch(JOB_RUN_NAME, name):
        raise RuleError(name, JOB_RUN_NAME_RULE, "Choose another name", path=("--run-name",))


def with_arguments(request: Mapping[str, Any], arguments: Sequence[str]) -> Mapping[str, Any]:
    """Returns the request with these arguments after the entry point's own. Raises RuleError if its job driver takes
    none."""
    if not arguments:
        return request
    name, (field, _parameters) = _driver(request, "--argument")
    if field is None:
        rule = "a SQL script takes no arguments (emr-containers SparkSqlJobDriver)"
        raise RuleError(arguments[0], rule, "Give values by --conf", path=("--argument",))
    return _with_driver(request, name, field, [*request["jobDriver"][name].get(field, []), *arguments])


def with_conf(request: Mapping[str, Any], properties: Sequence[str]) -> Mapping[str, Any]:
    """Returns the request with these key=value as last --conf, which override others of the same key.

    Raises RuleError for a text that is no key=value, and if the request's job driver takes none.
    """
    if not properties:
        return request
    for one in properties:
        key, equals, _value = one.partition("=")
        if not equals or not key.strip():
            raise RuleError(one, "a property is key=value (spark-submit)", "Write --conf key=value", path=("--conf",))
    name, (_arguments, field) = _driver(request, "--conf")
    options = shlex.join(part for one in properties for part in ("--conf", one))
    before = request["jobDriver"][name].get(field, "")
    return _with_driver(request, name, field, f"{before} {options}".strip())


def _driver(request: Mapping[str, Any], option: str) -> tuple[str, tuple[str | None, str]]:
    for name, fields in _DRIVERS.items():
        if name in request.get("jobDriver", {}):
            return name, fields
    rule = "the request has no jobDriver of its own to add it to: its job template has"
    raise RuleError(request.get("jobTemplateId"), rule, "Use jobTemplateParameters in the request", path=(option,))


def _with_driver(request: Mapping[str, Any], name: str, field: str, value: Any) -> Mapping[str, Any]:
    return {**request, "jobDriver": {name: {**request["jobDriver"][name], field: value}}}


def check_same_run(there: JobRun, request: Mapping[str, Any]) -> None:
    """Compares a run with its request, because EMR answers a known client token with the earlier run, whatever the
    request contains.

    Raises RuleError, with the run's name, for a run that was started with other values.
    """
    for member in _COMPARED:
        if member in request and there.request.get(member) != request[member]:
            rule = (
                f"job run {there.id} ({there.state}) has this name already, with another {member}; nothing was started"
            )
            raise RuleError(request["name"], rule, "Choose another name, or submit it as before")
