"""Checks whether an execution role can access what its job run names."""

import itertools
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.emr_containers.job_runs import MAX_STATE_DETAILS
from local.aws.errors import not_found, validation_error
from local.aws.ministack import state

_RELEASE_LABEL = re.compile(
    r"emr-spark-\d+\.\d+\.\d+-(latest|\d{8})|emr-\d+\.\d+\.\d+(-[a-z][a-z0-9]*)*?-(latest|\d{8})"
)
_POD_IDENTITY_SERVICE = "pods.eks.amazonaws.com"
_FILE_OPTIONS = ("--py-files", "--files", "--jars", "--archives", "--properties-file")


@dataclass(frozen=True)
class Finding:
    """Something that a run needs and its execution role cannot use: the request's member and what is wrong with it."""

    member: str
    problem: str
    subject: str


def state_details(findings: list[Finding]) -> str:
    """Returns the findings in one line, shortened if the line would be too long for stateDetails."""
    full = "; ".join(f"{finding.member}: {finding.problem} ({finding.subject})" for finding in findings)
    if len(full) <= MAX_STATE_DETAILS:
        return full
    return "; ".join(f"{finding.member}: {finding.problem}" for finding in findings)


def refuse_unknown_release(release_label: str) -> None:
    """Raise for a release label that no EMR on EKS release has."""
    if not _RELEASE_LABEL.fullmatch(release_label):
        raise not_found(f"Release {release_label} doesn't exist.")


def refuse_unusable_role(role_arn: str) -> None:
    """Raise unless the role exists and trusts the pods, by IRSA or by EKS Pod Identity."""
    role = state.role(role_arn)
    if not role:
        raise validation_error(f"Role {role_arn} does not exist.")
    if not state.web_identity_providers(role) and not state.trusts_service(role, _POD_IDENTITY_SERVICE):
        raise validation_error(
            f"The trust policy of {role_arn} allows neither sts:AssumeRoleWithWebIdentity nor {_POD_IDENTITY_SERVICE}."
        )


def base36(text: str) -> str:
    """Returns the role name in EMR's service account names: the bytes as one big-endian number, base 36, lower-case."""
    number = int.from_bytes(text.encode(), "big")
    digits = ""
    while number:
        number, remainder = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[remainder] + digits
    return digits or "0"


def driver_subject(role_arn: str, namespace: str) -> str:
    """Returns the service account that EMR creates for drivers with a role, as named in its token."""
    suffix = f"{role_arn.split(':')[4]}-{base36(role_arn.rsplit('/', 1)[-1])}"
    return f"system:serviceaccount:{namespace}:emr-containers-sa-spark-driver-{suffix}"


def findings(request: Mapping[str, Any], namespace: str) -> list[Finding]:
    """Returns everything that would prevent the run from reading its inputs and writing its logs."""
    role_arn = request["executionRoleArn"]
    found = list(_trust_findings(role_arn, namespace))
    for member, uri in inputs(request):
        found.extend(_object_findings(role_arn, member, uri))
    monitoring = request.get("configurationOverrides", {}).get("monitoringConfiguration", {})
    if "s3MonitoringConfiguration" in monitoring:
        found.extend(_log_bucket_findings(role_arn, monitoring["s3MonitoringConfiguration"]["logUri"]))
    if "cloudWatchMonitoringConfiguration" in monitoring:
        group = monitoring["cloudWatchMonitoringConfiguration"]["logGroupName"]
        found.extend(_log_group_findings(role_arn, group))
    return found


def _trust_findings(role_arn: str, namespace: str) -> Iterator[Finding]:
    """Yields a finding if the trust policy does not trust the service accounts that EMR creates in the virtual
    cluster's namespace."""
    role = state.role(role_arn)
    if not role or state.trusts_service(role, _POD_IDENTITY_SERVICE):
        return
    subject = driver_subject(role_arn, namespace)
    providers = state.web_identity_providers(role)
    if not any(
        state.oidc_provider_exists(provider) and state.trusts_service_account(role, provider, subject)
        for provider in providers
    ):
        yield Finding("executionRoleArn", f"its trust policy does not let in namespace {namespace}", subject)


def inputs(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the S3 objects a run reads, each with the request's member that names it."""
    driver = request["jobDriver"]
    submit = driver.get("sparkSubmitJobDriver", {})
    sql = driver.get("sparkSqlJobDriver", {})
    named = [("entryPoint", submit.get("entryPoint", sql.get("entryPoint", "")))]
    named += _submit_parameters(submit.get("sparkSubmitParameters", sql.get("sparkSqlParameters", "")))
    for classification in request.get("configurationOverrides", {}).get("applicationConfiguration", []):
        named += [
            (name, value)
            for name, value in classification.get("properties", {}).items()
            if name.endswith(".podTemplateFile")
        ]
    for member, value in named:
        yield from ((member, uri) for uri in value.split(",") if re.match(r"s3[an]?://", uri))


def _submit_parameters(text: str) -> list[tuple[str, str]]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise validation_error(f"sparkSubmitParameters: {error}") from error
    named = []
    for option, value in itertools.pairwise(words):
        name, _equals, setting = value.partition("=")
        if option == "--conf" and name.endswith(".podTemplateFile"):
            named.append((name, setting))
        elif option in _FILE_OPTIONS:
            named.append((option, value))
    return named


def _bucket_and_key(uri: str) -> tuple[str, str]:
    bucket, _slash, key = uri.split("://", 1)[-1].partition("/")
    return bucket, key


def _object_findings(role_arn: str, member: str, uri: str) -> Iterator[Finding]:
    bucket, key = _bucket_and_key(uri)
    if not state.object_exists(bucket, key):
        yield Finding(member, "no such object", uri)
    elif not state.role_may(role_arn, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"):
        yield Finding(member, "s3:GetObject denied", uri)


def _log_bucket_findings(role_arn: str, log_uri: str) -> Iterator[Finding]:
    """Yields a finding if the log bucket does not exist and the role may not create it, as EMR does."""
    member = "s3MonitoringConfiguration"
    bucket, prefix = _bucket_and_key(log_uri)
    if not state.bucket_exists(bucket):
        if not state.role_may(role_arn, "s3:CreateBucket", f"arn:aws:s3:::{bucket}"):
            yield Finding(member, "no such bucket, s3:CreateBucket denied", log_uri)
    elif not state.role_may(role_arn, "s3:PutObject", f"arn:aws:s3:::{bucket}/{prefix.strip('/') or 'logs'}/stdout.gz"):
        yield Finding(member, "s3:PutObject denied", log_uri)


def _log_group_findings(role_arn: str, group: str) -> Iterator[Finding]:
    """Yields a finding if the log group does not exist and the role may not create it, as EMR does."""
    member = "cloudWatchMonitoringConfiguration"
    arn = f"arn:aws:logs:{state.region()}:{state.account_id()}:log-group:{group}"
    needed = [("logs:CreateLogStream", f"{arn}:*"), ("logs:PutLogEvents", f"{arn}:log-stream:stdout")]
    if not state.log_group_exists(group):
        needed.insert(0, ("logs:CreateLogGroup", f"{arn}:*"))
    for action, resource in needed:
        if not state.role_may(role_arn, action, resource):
            yield Finding(member, f"{action} denied", group)
