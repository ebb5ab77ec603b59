"""The reads of doctor, one function for each question. They raise botocore's errors unchanged."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.checks.read_account import find_role
from emr_eks_placement.aws.ec2 import subnets_of_ids
from emr_eks_placement.aws.s3 import has_bucket, head_object
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.stacks import stack_status
from emr_eks_placement.aws.virtual_clusters import find_virtual_cluster, understood
from emr_eks_placement.checks.deployment.health import Part, VirtualClusterFacts
from emr_eks_placement.checks.deployment.requirements import Access
from emr_eks_placement.checks.deployment.storage import Denied
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import stack_parts

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_ssm import SSMClient

_OVER_TLS: dict[str, Any] = {
    "ContextKeyName": "aws:SecureTransport",
    "ContextKeyValues": ["true"],
    "ContextKeyType": "boolean",
}
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def stack_statuses(session: boto3.Session, environment: Environment) -> dict[str, str | None]:
    """Returns the status of each stack of an environment; None for a missing stack (cloudformation:DescribeStacks)."""
    cloudformation = client(session, "cloudformation")
    stacks = [f"{environment.name}-{part}" for part in stack_parts(environment)]
    return {stack: stack_status(cloudformation, stack) for stack in stacks}


def own_names(physical_ids: Iterable[str]) -> list[str]:
    """Returns the EKS names from CloudFormation's ids: CLUSTER/NAME for node groups, CLUSTER|NAME for Fargate profiles."""
    return [re.split(r"[/|]", id_)[-1] for id_ in physical_ids]


def part(name: str, described: Any) -> Part:
    """Returns status and issues of a cluster, node group or Fargate profile as EKS describes it; None status if it does
    not exist."""
    if described is None:
        return Part(name, None)
    issues = tuple(_issue(one) for one in described.get("health", {}).get("issues", []))
    return Part(name, described["status"], issues)


def _issue(issue: Mapping[str, Any]) -> str:
    resources = ", ".join(issue.get("resourceIds") or [])
    text = f"{issue.get('code', 'unknown')}: {issue.get('message', 'no message')}".rstrip(".")
    return f"{text} ({resources})" if resources else text


def oidc_audiences(session: boto3.Session, provider_arn: str) -> list[str] | None:
    """Returns the audiences of an OIDC provider (iam:GetOpenIDConnectProvider); None if it does not exist."""
    iam = client(session, "iam")
    try:
        return list(iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider_arn)["ClientIDList"])
    except iam.exceptions.NoSuchEntityException:
        return None


def virtual_cluster(session: boto3.Session, id_: str) -> VirtualClusterFacts:
    """Describes a virtual cluster (emr-containers:DescribeVirtualCluster)."""
    described = find_virtual_cluster(client(session, "emr-containers"), id_)
    if described is None:
        return VirtualClusterFacts(id_, None)
    found = understood(described)
    return VirtualClusterFacts(id_, found.state, found.cluster, found.namespace)


def parameters(session: boto3.Session, folder: str) -> dict[str, Any]:
    """Returns the data of the SSM parameters below a folder, by name; None if a value is no JSON
    (ssm:GetParametersByPath)."""
    ssm: SSMClient = client(session, "ssm")
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=folder, Recursive=True)
    return {one["Name"]: _data(one["Value"]) for page in pages for one in page["Parameters"]}


def _data(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def has_object(session: boto3.Session, uri: str) -> bool | None:
    """Returns whether an s3:// URI has an object (s3:GetObject); None if S3 denies the answer."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        return head_object(client(session, "s3"), bucket, key) is not None
    except ClientError as error:
        if error.response["Error"]["Code"] in ("403", "AccessDenied"):
            return None
        raise


def bucket_blocks_public_access(session: boto3.Session, bucket: str) -> bool | None:
    """Returns whether the bucket blocks all public access; None if it does not exist.

    Calls s3:ListBucket (HeadBucket) and s3:GetBucketPublicAccessBlock.
    """
    if not has_bucket(session, bucket):
        return None
    s3: S3Client = client(session, "s3")
    try:
        blocks: Mapping[str, Any] = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration":
            return False
        raise
    return all(blocks.get(name) for name in _BLOCKS)


def bucket_key(session: boto3.Session, bucket: str) -> str | None:
    """Returns the ARN of the KMS key that a bucket encrypts with; None for S3's own keys
    (s3:GetEncryptionConfiguration)."""
    s3: S3Client = client(session, "s3")
    try:
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ServerSideEncryptionConfigurationNotFoundError":
            return None
        raise
    keys = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in rules]
    return next((key for key in keys if key and key.startswith("arn:")), None)


def trust_policies(session: boto3.Session, role_arns: Iterable[str]) -> dict[str, Mapping[str, Any] | None]:
    """Returns the trust policy of each role; None if the role does not exist (iam:GetRole)."""
    iam = client(session, "iam")
    roles = {arn: find_role(iam, arn.rpartition("/")[2]) for arn in role_arns}
    return {arn: role["AssumeRolePolicyDocument"] if role else None for arn, role in roles.items()}


def denied(session: boto3.Session, wanted: Iterable[Access]) -> Iterator[Denied]:
    """Yields the wanted actions that IAM denies, by its simulation of the roles' policies
    (iam:SimulatePrincipalPolicy).

    Calls IAM once for each role and resource, because a call for several resources may not mix services.
    """
    iam = client(session, "iam")
    for access in wanted:
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=access.role,
            ActionNames=list(access.actions),
            ResourceArns=[access.resource],
            ContextEntries=_context(access.prefix),
        )
        for page in pages:
            for result in page["EvaluationResults"]:
                if result["EvalDecision"] != "allowed":
                    unknown = tuple(result.get("MissingContextValues", []))
                    yield Denied(access, result["EvalActionName"], result["EvalDecision"], unknown)


def _context(prefix: str | None) -> list[dict[str, Any]]:
    listed = {"ContextKeyName": "s3:prefix", "ContextKeyValues": [prefix], "ContextKeyType": "string"}
    return [_OVER_TLS, *([] if prefix is None else [listed])]


def free_addresses(session: boto3.Session, subnets: Iterable[str]) -> dict[str, int]:
    """Returns the number of free addresses of the subnets by zone (ec2:DescribeSubnets)."""
    free: Counter[str] = Counter()
    for subnet in subnets_of_ids(client(session, "ec2"), subnets):
        free[subnet["AvailabilityZone"]] += subnet["AvailableIpAddressCount"]
    return free
