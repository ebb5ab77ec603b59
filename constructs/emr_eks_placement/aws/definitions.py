"""Reads the deployed job-run definitions of an environment, and uploads the files of further definitions."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.s3 import head_object
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import InputError, RuleError, finding, placed_at, refused
from emr_eks_placement.common.names import definition_parameter, virtual_clusters_stack
from emr_eks_placement.definition import DeployedVirtualCluster, deployed_of_outputs
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.environment import Environment

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_s3 import S3Client
    from types_boto3_ssm import SSMClient


def read_definition(session: boto3.Session, environment: str, job: str, placement: str) -> Mapping[str, Any]:
    """Returns the deployed StartJobRun request of a job in a placement (ssm:GetParameter).

    Raises InputError, at the parameter, if it does not exist or can't be read.
    """
    name = definition_parameter(environment, job, placement)
    with aws_errors(f"SSM parameter {name}"):
        ssm: SSMClient = client(session, "ssm")
        try:
            text = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            rule = f"{ssm.meta.region_name} has no such parameter, so the definition is not deployed (ssm:GetParameter)"
            raise refused(
                f"SSM parameter {name}", None, rule, "Deploy the environment, or check region and account"
            ) from None
    try:
        return check_request(json.loads(text))
    except RuleError as broken:
        raise InputError([finding(f"SSM parameter {name}", broken)]) from None
    except ValueError:
        raise refused(f"SSM parameter {name}", None, "must be JSON", "Deploy the environment again") from None


def read_deployed_virtual_clusters(
    session: boto3.Session, environment: Environment
) -> Mapping[str, DeployedVirtualCluster]:
    """Returns the deployed names of each virtual cluster of the environment, from its stack's outputs
    (cloudformation:DescribeStacks).

    Raises InputError, at the stack, if it does not exist, lacks an output or can't be read.
    """
    stack = virtual_clusters_stack(environment.name)
    with aws_errors(f"stack {stack}"):
        cloudformation: CloudFormationClient = client(session, "cloudformation")
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
    with placed_at(f"stack {stack}"):
        return {
            name: deployed_of_outputs(name, settings.execution_roles, outputs)
            for name, settings in environment.virtual_clusters.items()
        }


def upload_missing(session: boto3.Session, bucket: str, files: Mapping[str, bytes]) -> dict[str, str | None]:
    """Uploads the files that the bucket lacks. Returns their keys, which contain a hash of the content, with their new
    versions; None as the version in a bucket without versions.

    Calls s3:GetObject (HeadObject) and s3:PutObject. Raises InputError, at the object, if they fail.
    """
    uploaded: dict[str, str | None] = {}
    for key, content in files.items():
        with aws_errors(f"s3://{bucket}/{key}"):
            s3: S3Client = client(session, "s3")
            if head_object(s3, bucket, key) is None:
                uploaded[key] = s3.put_object(Bucket=bucket, Key=key, Body=content).get("VersionId")
    return uploaded


def remove_uploaded(session: boto3.Session, bucket: str, versions: Mapping[str, str | None]) -> None:
    """Deletes exactly these versions of objects; later uploads under the same key remain.

    Calls s3:DeleteObjectVersion, or s3:DeleteObject in a bucket without versions. Raises InputError, at the object, if
    they fail.
    """
    for key, version in versions.items():
        with aws_errors(f"s3://{bucket}/{key}"):
            s3: S3Client = client(session, "s3")
            if version is None:
                s3.delete_object(Bucket=bucket, Key=key)
            else:
                s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
