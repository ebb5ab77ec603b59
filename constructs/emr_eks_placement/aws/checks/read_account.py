"""What the checks of an account read, a function a question. They raise botocore's errors as they come."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

import boto3
from botocore.exceptions import ClientError

from emr_eks_placement.aws.session import client
from emr_eks_placement.checks.account.existing import Existing, ExistingCluster
from emr_eks_placement.checks.account.rules import BOOTSTRAP_PARAMETER
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.quotas import Quota

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks import EKSClient
    from types_boto3_s3 import S3Client
    from types_boto3_ssm import SSMClient

# Regions that every account has: what is asked there is answered even where the environment's region is disabled.
_HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def _home_region(session: boto3.Session) -> str:
    region = str(session.region_name)
    return _HOME_REGIONS.get(session.get_partition_for_region(region), region)


def identity(session: boto3.Session) -> tuple[str, str]:
    """The account that the credentials are of, and the ARN of who has them (sts:GetCallerIdentity)."""
    caller = client(session, "sts", _home_region(session)).get_caller_identity()
    return str(caller["Account"]), str(caller["Arn"])


def opt_in_status(session: boto3.Session) -> str | None:
    """Whether the account has the session's region, in EC2's words (ec2:DescribeRegions); None: EC2 has no such region."""
    ec2: EC2Client = client(session, "ec2", _home_region(session))
    regions = {
        one.get("RegionName"): one.get("OptInStatus") for one in ec2.describe_regions(AllRegions=True)["Regions"]
    }
    return regions.get(session.region_name)


def zones(session: boto3.Session) -> dict[str, tuple[str, str]]:
    """State and zone id of each zone of the region by its name (ec2:DescribeAvailabilityZones)."""
    ec2: EC2Client = client(session, "ec2")
    answer = ec2.describe_availability_zones(AllAvailabilityZones=True)["AvailabilityZones"]
    return {str(one.get("ZoneName")): (str(one.get("State")), str(one.get("ZoneId"))) for one in answer}


def offerings(session: boto3.Session, types: Iterable[str]) -> set[tuple[str, str]]:
    """Which of the instance types which zones offer (ec2:DescribeInstanceTypeOfferings)."""
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
    """How many VPCs the region has (ec2:DescribeVpcs)."""
    ec2: EC2Client = client(session, "ec2")
    return sum(len(page["Vpcs"]) for page in ec2.get_paginator("describe_vpcs").paginate())


def elastic_ips(session: boto3.Session) -> int:
    """How many Elastic IP addresses the region has (ec2:DescribeAddresses)."""
    ec2: EC2Client = client(session, "ec2")
    return len(ec2.describe_addresses()["Addresses"])


def existing(session: boto3.Session, environment: Environment) -> Existing:
    """What there is of what the environment is given.

    Calls ec2:DescribeSubnets, eks:DescribeCluster and s3:ListBucket, each where something of it is given.
    """
    subnets = environment.network.subnets.values()
    return Existing(
        subnets=_subnets(session, subnets) if subnets else {},
        cluster=_cluster(session, environment.cluster.name) if environment.cluster.name else None,
        has_bucket=environment.bucket is not None and _has_bucket(session, environment.bucket.name),
    )


def _subnets(session: boto3.Session, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    ec2: EC2Client = client(session, "ec2")
    pages = ec2.get_paginator("describe_subnets").paginate(Filters=[{"Name": "subnet-id", "Values": sorted(set(ids))}])
    return {one["SubnetId"]: (one["VpcId"], one["AvailabilityZone"]) for page in pages for one in page["Subnets"]}


def _cluster(session: boto3.Session, name: str) -> ExistingCluster | None:
    eks: EKSClient = client(session, "eks")
    try:
        described = eks.describe_cluster(name=name)["cluster"]
    except eks.exceptions.ResourceNotFoundException:
        return None
    return ExistingCluster(
        described["status"],
        described["resourcesVpcConfig"].get("vpcId", ""),
        # CONFIG_MAP unless told (botocore's service model of eks, CreateAccessConfigRequest)
        described.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP"),
    )


def _has_bucket(session: boto3.Session, name: str) -> bool:
    s3: S3Client = client(session, "s3")
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        raise
    return True


def clusters(session: boto3.Session) -> int:
    """How many EKS clusters the region has (eks:ListClusters)."""
    eks: EKSClient = client(session, "eks")
    return sum(len(page["clusters"]) for page in eks.get_paginator("list_clusters").paginate())


def ask_emr_on_eks(session: boto3.Session) -> None:
    """Any answer tells that EMR on EKS is there (emr-containers:ListVirtualClusters)."""
    client(session, "emr-containers").list_virtual_clusters(maxResults=1)


def quota(session: boto3.Session, asked: Quota) -> float:
    """The account's value of a quota, or AWS's default where none is applied.

    Calls servicequotas:GetServiceQuota and GetAWSDefaultServiceQuota.
    """
    quotas = client(session, "service-quotas")
    key = {"ServiceCode": asked.service, "QuotaCode": asked.code}
    try:
        return cast(float, quotas.get_service_quota(**key)["Quota"]["Value"])
    except quotas.exceptions.NoSuchResourceException:
        return cast(float, quotas.get_aws_default_service_quota(**key)["Quota"]["Value"])


def roles_there(session: boto3.Session, names: Iterable[str]) -> set[str]:
    """Those of the IAM roles that the account has (iam:GetRole)."""
    iam = client(session, "iam")
    there = set()
    for name in names:
        try:
            iam.get_role(RoleName=name)
        except iam.exceptions.NoSuchEntityException:
            continue
        there.add(name)
    return there


def keys_there(session: boto3.Session, arns: Iterable[str]) -> set[str]:
    """Those of the KMS keys that are there and enabled (kms:DescribeKey)."""
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
    """Those of the log groups that are there (logs:DescribeLogGroups)."""
    logs = client(session, "logs")
    there = set()
    for name in names:
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        there |= {name for page in pages for group in page["logGroups"] if group["logGroupName"] == name}
    return there


def bootstrap_version(session: boto3.Session) -> str | None:
    """What the CDK's bootstrap stack says its version is (ssm:GetParameter); None where there is no such stack."""
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
