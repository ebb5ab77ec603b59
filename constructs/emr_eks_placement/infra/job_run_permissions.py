"""Permissions to start job runs on a virtual cluster whose id is known, without its construct."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct


def start_job_runs(scope: Construct, virtual_cluster_id: str, execution_roles: Sequence[str]) -> iam.PolicyStatement:
    """Allows job runs with these execution roles, named by ARN, and with no others."""
    return iam.PolicyStatement(
        actions=["emr-containers:StartJobRun"],
        resources=[_virtual_cluster_arn(scope, virtual_cluster_id)],
        conditions={"ArnEquals": {"emr-containers:ExecutionRoleArn": list(execution_roles)}},
    )


def follow_job_runs(scope: Construct, virtual_cluster_id: str) -> iam.PolicyStatement:
    """Allows to describe and cancel job runs."""
    return iam.PolicyStatement(
        actions=["emr-containers:DescribeJobRun", "emr-containers:CancelJobRun"],
        resources=[f"{_virtual_cluster_arn(scope, virtual_cluster_id)}/jobruns/*"],
    )


def _virtual_cluster_arn(scope: Construct, virtual_cluster_id: str) -> str:
    return Stack.of(scope).format_arn(
        service="emr-containers",
        resource="/virtualclusters",
        resource_name=virtual_cluster_id,
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
