"""Checks whether jobs find their files, may use them and can log."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.findings import concluded
from emr_eks_placement.checks.deployment.requirements import Access
from emr_eks_placement.environment import Environment

_MOST_SHOWN = 3


@dataclass(frozen=True)
class Denied:
    """An action that IAM's policy simulation does not allow.

    decision: implicitDeny or explicitDeny, as IAM names it; unknown: the condition keys without values.
    """

    access: Access
    action: str
    decision: str
    unknown: tuple[str, ...] = ()


def check_files(
    environment: Environment, used_by: Mapping[str, Sequence[str]], there: Mapping[str, bool | None]
) -> list[Check]:
    """Checks whether the objects that deployed definitions name exist in S3.

    used_by: s3:// URI -> definitions; there: whether each URI exists; None if S3 does not answer, because s3:GetObject
    is denied.
    """
    findings = _file_findings(environment, used_by, there)
    return concluded("files", findings, f"{len(there)} objects of the definitions exist")


def _file_findings(
    environment: Environment, used_by: Mapping[str, Sequence[str]], there: Mapping[str, bool | None]
) -> Iterator[Check]:
    local = {file.key: file.path for job in environment.jobs.values() for file in job.local_files}
    for uri, is_there in there.items():
        if is_there is None:
            fix = "Allow s3:GetObject on it, or name another profile"
            yield Check("files", "not checked", f"s3:GetObject on {uri} is denied", fix)
        elif not is_there:
            uses = used_by[uri]
            more = f" and {len(uses) - _MOST_SHOWN} more" if len(uses) > _MOST_SHOWN else ""
            found = f"there is no {uri}, which {', '.join(uses[:_MOST_SHOWN])}{more} names"
            yield Check("files", "missing", found, _upload(uri, local))


def _upload(uri: str, local: Mapping[str, Path]) -> str:
    key = uri.removeprefix("s3://").partition("/")[2]
    if key in local:
        return f"Upload it: {shlex.join(['aws', 's3', 'cp', str(local[key]), uri])}"
    if key.startswith("pod-templates/"):
        write = "emr-placement define -e FILE"
        upload = shlex.join(["aws", "s3", "cp", f"definitions/{key}", uri])
        return f"Write it, {write}, and upload it: {upload}"
    return "Upload it, or correct the job in the file and deploy"


def check_bucket(name: str, *, is_there: bool, public_access_is_blocked: bool) -> list[Check]:
    """Checks whether the bucket exists and blocks public access."""
    if not is_there:
        fix = "Restore it under this name, or name another bucket in the file and deploy"
        return [Check("bucket", "missing", f"there is no bucket {name}", fix)]
    if not public_access_is_blocked:
        settings = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
        command = f"aws s3api put-public-access-block --bucket {name} --public-access-block-configuration {settings}"
        return [Check("bucket", "warning", f"{name} does not block all public access", f"Block it: {command}")]
    return [Check("bucket", "ok", f"{name} exists and blocks public access")]


def check_log_groups(region: str, wanted: Collection[str], there: Collection[str]) -> list[Check]:
    """Checks whether the log groups of the definitions exist."""
    findings = (
        Check(
            "log-groups",
            "missing",
            f"there is no log group {name}",
            f"Create it: aws logs create-log-group --region {region} --log-group-name {name}",
        )
        for name in wanted
        if name not in there
    )
    return concluded("log-groups", findings, f"{len(wanted)} exist" if wanted else "no job logs to one")


class _Alike(NamedTuple):
    """A message about a role that holds for several resources; unknown: as in Denied."""

    role: str
    actions: str
    unknown: str
    decisions: str
    certain: bool


def check_permissions(asked: int, denied: Sequence[Denied]) -> list[Check]:
    """Checks whether the policies of execution roles allow what the definitions need, by IAM's simulation.

    asked: how many actions on resources were simulated.
    """
    of_resource: dict[tuple[str, str], list[Denied]] = {}
    for one in denied:
        listed = "" if one.access.prefix is None else f" with the prefix {one.access.prefix}"
        of_resource.setdefault((one.access.role, f"{one.access.resource}{listed}"), []).append(one)
    alike: dict[_Alike, list[str]] = {}
    for (role, resource), some in of_resource.items():
        unknown = {key for one in some for key in one.unknown}
        what = _Alike(
            role=role.rpartition("/")[2],
            actions=", ".join(one.action for one in some),
            unknown=", ".join(sorted(unknown)),
            decisions=", ".join(sorted({one.decision for one in some})),
            certain=any(one.access.certain for one in some),
        )
        alike.setdefault(what, []).append(resource)
    findings = (_denied(what, resources) for what, resources in alike.items())
    return concluded("permissions", findings, f"the execution roles are allowed {asked} actions that the jobs need")


def _denied(what: _Alike, resources: Sequence[str]) -> Check:
    """Returns a warning if the decision depends on values that the simulation did not have, or if runs may work without
    the action."""
    more = f" and {len(resources) - _MOST_SHOWN} more" if len(resources) > _MOST_SHOWN else ""
    found = f"{what.role} is not allowed {what.actions} on {'; '.join(resources[:_MOST_SHOWN])}{more}"
    if what.unknown:
        fix = "Check whether its policies' conditions are met for jobs"
        return Check("permissions", "warning", f"{found}, as far as known without {what.unknown}", fix)
    fix = f"Allow it in a policy of the role, or remove the statement that denies it ({what.decisions})"
    if not what.certain:
        return Check("permissions", "warning", f"{found}, which its jobs may need", fix)
    return Check("permissions", "missing", found, fix)
