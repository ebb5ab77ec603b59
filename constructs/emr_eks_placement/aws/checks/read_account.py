"""The reads of check-account, one function for each question. They raise botocore's errors unchanged."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.ec2 import subnets_where
from emr_eks_placement.aws.eks import authentication_mode, cluster_names, find_cluster
from emr_eks_placement.aws.s3 import has_bucket
from emr_eks_placement.aws.session import client, home_region
from emr_eks_placement.checks.account.existing import Existing, ExistingCluster
from emr_eks_placement.checks.account.rules import BOOTSTRAP_PARAMETER
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.quotas import Quota

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_ssm import SSMClient


def opt_in_status(session: boto3.Session) -> str | None:
    """Returns the opt-in status of the session's region as EC2 names it (ec2:DescribeRegions); None if EC2 has no such
    region."""
    ec2: EC2Client = client(session, "ec2", home_region(session))
    regions = {
        one.get("RegionName"): one.get("OptInStatus") for one in ec2.describe_regions(AllRegions=True)["Regions"]
    }
    return regions.get(session.region_name)


def zones(session: boto3.Session) -> dict[str, tuple[str, str]]:
    """Returns state and zone id of each zone of the region by its name (ec2:DescribeAvailabilityZones)."""
    ec2: EC2Client = client(session, "ec2")
    answer = ec2.describe_availability_zones(AllAvailabilityZones=True)["AvailabilityZones"]
    return {str(one.get("ZoneName")): (str(one.get("State")), str(one.get("ZoneId"))) for one in answer}


def offerings(session: boto3.Session, types: Iterable[str]) -> set[tuple[str, str]]:
    """Returns which zones offer which of the instance types (ec2:DescribeInstanceTypeOfferings)."""
    ec2: EC2Client = client(session, "ec2")
    pages = ec2.get_paginator("describe_instance_type_offerings").paginate(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": sorted(set(types))}]
    )
    return {
        (str(one.get("InstanceType")), str(one.get("Location")))
        for page in pages
        for one in page["InstanceTypeOfferings"]
    }


def vpcs(session: boto3.Session) -> int:
    """Returns how many VPCs the region has (ec2:DescribeVpcs)."""
    ec2: EC2Client = client(session, "ec2")
    return sum(len(page["Vpcs"]) for page in ec2.get_paginator("describe_vpcs").paginate())


def elastic_ips(session: boto3.Session) -> int:
    """Returns how many Elastic IP addresses the region has (ec2:DescribeAddresses)."""
    ec2: EC2Client = client(session, "ec2")
    return len(ec2.describe_addresses()["Addresses"])


def existing(session: boto3.Session, environment: Environment) -> Existing:
    """Returns which existing resources of the environment were found.

    Calls ec2:DescribeSubnets, eks:DescribeCluster and s3:ListBucket, each only if the environment names such a
    resource.
    """
    ids = environment.network.subnets.values()
    subnets = subnets_where(client(session, "ec2"), "subnet-id", ids) if ids else []
    return Existing(
        subnets={one["SubnetId"]: (one["VpcId"], one["AvailabilityZone"]) for one in subnets},
        cluster=_cluster(session, environment.cluster.name) if environment.cluster.name else None,
        has_bucket=environment.bucket is not None and has_bucket(session, environment.bucket.name),
    )


def _cluster(session: boto3.Session, name: str) -> ExistingCluster | None:
    found = find_cluster(client(session, "eks"), name)
    if found is None:
        return None
    return ExistingCluster(found["status"], found["resourcesVpcConfig"].get("vpcId", ""), authentication_mode(found))


def clusters(session: boto3.Session) -> int:
    """Returns how many EKS clusters the region has (eks:ListClusters)."""
    return len(cluster_names(client(session, "eks")))


def ask_emr_on_eks(session: boto3.Session) -> None:
    """Calls EMR on EKS; any answer means that the region has the service (emr-containers:ListVirtualClusters)."""
    client(session, "emr-containers").list_virtual_clusters(maxResults=1)


def quota(session: boto3.Session, asked: Quota) -> float:
    """Returns the account's value of a quota, or AWS's default if the account has no own value.

    Calls servicequotas:GetServiceQuota and GetAWSDefaultServiceQuota.
    """
    quotas = client(session, "service-quotas")
    key = {"ServiceCode": asked.service, "QuotaCode": asked.code}
    try:
        return cast(float, quotas.get_service_quota(**key)["Quota"]["Value"])
    except quotas.exceptions.NoSuchResourceException:
        return cast(float, quotas.get_aws_default_service_quota(**key)["Quota"]["Value"])


def roles_there(session: boto3.Session, names: Iterable[str]) -> set[str]:
    """Returns those of the IAM roles that exist (iam:GetRole)."""
    iam = client(session, "iam")
    return {name for name in names if find_role(iam, name) is not None}


def find_role(iam: Any, name: str) -> Mapping[str, Any] | None:
    """Returns the role of that name (iam:GetRole); None if there is none. iam: a client."""
    try:
        return cast("Mapping[str, Any]", iam.get_role(RoleName=name)["Role"])
    except iam.exceptions.NoSuchEntityException:
        return None


def keys_there(session: boto3.Session, arns: Iterable[str]) -> set[str]:
    """Returns those of the KMS keys that exist and are enabled (kms:DescribeKey)."""
    kms = client(session, "kms")
    there = set()
    for arn in arns:
        try:
            if kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Enabled":
                there.add(arn)
        except kms.exceptions.NotFoundException:
            continue
    return there


def log_groups_there(session: boto3.Session, names: Iterable[str]) -> set[str]:
    """Returns those of the log groups that exist (logs:DescribeLogGroups)."""
    logs = client(session, "logs")
    there = set()
    for name in names:
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        there |= {name for page in pages for group in page["logGroups"] if group["logGroupName"] == name}
    return there


def bootstrap_version(session: boto3.Session) -> str | None:
    """Returns the version of the CDK's bootstrap stack (ssm:GetParameter); None without such a stack."""
    ssm: SSMClient = client(session, "ssm")
    try:
        parameter: Mapping[str, str] = cast(
            "Mapping[str, str]", ssm.get_parameter(Name=BOOTSTRAP_PARAMETER)["Parameter"]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise
    return parameter["Value"]
