"""Reads what is deployed of an environment from the records in its stacks' templates."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from pydantic import BaseModel, ValidationError

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import described_stack, stack_status
from emr_eks_placement.changes import METADATA_KEY, Deployed, JobRunsRecord, PlatformRecord, VirtualClustersRecord
from emr_eks_placement.common.errors import refused
from emr_eks_placement.environment.definition_stacks import JOB_RUNS, own_parts

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

_Record = TypeVar("_Record", bound=BaseModel)
_VIRTUAL_CLUSTERS = "virtual-clusters"
# Such a stack has no resources to keep: the CDK CLI deletes it before it deploys (aws-cdk, CloudFormationStack).
_NOT_DEPLOYED = {"DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}


def read_deployed(session: boto3.Session, environment: str, account: str) -> Deployed:
    """Reads the records of an environment's stacks in the session's region, and which stacks are still changing.

    A stack whose creation failed has no record to compare. Calls sts:GetCallerIdentity, cloudformation:DescribeStacks
    and cloudformation:GetTemplate. Raises InputError if AWS does not answer, if the credentials are of another account,
    and if a record can't be read.
    """
    with aws_errors("AWS"):
        own = client(session, "sts").get_caller_identity()["Account"]
        if own != account:
            rule = f"the credentials are those of account {own}, and the stacks are deployed to {account}"
            fix = "Name the profile by AWS_PROFILE: an app does not see the CDK CLI's --profile"
            raise refused("AWS", None, rule, fix)
        cloudformation: CloudFormationClient = client(session, "cloudformation")
        statuses = _statuses(cloudformation, environment, ("platform", _VIRTUAL_CLUSTERS, JOB_RUNS))
        metadata = {part: _metadata(cloudformation, f"{environment}-{part}") for part in statuses}
        job_runs = _record(JobRunsRecord, metadata.get(JOB_RUNS))
        numbers = job_runs.definition_stacks if job_runs else {}
        own = [part for name, number in numbers.items() for part in own_parts(name, number)]
        of_own = _statuses(cloudformation, environment, own)
        definitions = [part for part in (JOB_RUNS, *of_own) if part in {**statuses, **of_own}]
        outdated = _outdated(cloudformation, environment, definitions) if _VIRTUAL_CLUSTERS in statuses else ()
    return Deployed(
        platform=_record(PlatformRecord, metadata.get("platform")),
        virtual_clusters=_record(VirtualClustersRecord, metadata.get("virtual-clusters")),
        job_runs=job_runs,
        definition_stacks=tuple(of_own),
        outdated=outdated,
        in_progress={
            f"{environment}-{part}": status for part, status in (statuses | of_own).items() if _is_in_progress(status)
        },
    )


def _statuses(cloudformation: "CloudFormationClient", environment: str, parts: Iterable[str]) -> dict[str, str]:
    """Returns the status of each deployed stack, by part."""
    found = {part: stack_status(cloudformation, f"{environment}-{part}") for part in parts}
    return {part: status for part, status in found.items() if status and status not in _NOT_DEPLOYED}


def _outdated(cloudformation: "CloudFormationClient", environment: str, parts: Iterable[str]) -> tuple[str, ...]:
    """Returns the definition stacks that were last deployed before the current stack of the virtual clusters was
    created."""
    virtual_clusters = described_stack(cloudformation, f"{environment}-{_VIRTUAL_CLUSTERS}")
    described = {part: described_stack(cloudformation, f"{environment}-{part}") for part in parts}
    return tuple(
        part
        for part, one in described.items()
        if one and virtual_clusters
        if one.get("LastUpdatedTime", one["CreationTime"]) < virtual_clusters["CreationTime"]
    )


def _is_in_progress(status: str) -> bool:
    """Returns whether the stack is changing. The cleanup after an update does not count: the template is in effect."""
    return status.endswith("_IN_PROGRESS") and not status.endswith("_CLEANUP_IN_PROGRESS")


def _metadata(cloudformation: "CloudFormationClient", stack: str) -> object:
    """Returns the record in a stack's template; None if it has none."""
    body: Any = cloudformation.get_template(StackName=stack)["TemplateBody"]
    if isinstance(body, str):  # botocore parses templates in JSON
        body = json.loads(body) if body.startswith("{") else {}
    metadata = body.get("Metadata", {})
    return metadata.get(METADATA_KEY) if isinstance(metadata, Mapping) else None


def _record(kind: type[_Record], data: object) -> _Record | None:
    if data is None:
        return None
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        rule = f"the template's {METADATA_KEY} metadata is not as this package writes it ({error.error_count()} errors)"
        raise refused("AWS", None, rule, "Deploy with the package that wrote it") from None
