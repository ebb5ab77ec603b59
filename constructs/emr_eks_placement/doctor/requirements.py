"""What the runs of deployed definitions need of S3, of CloudWatch Logs and of their roles' policies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.emr.pods import SPARK_ROLE
from emr_eks_placement.emr.s3_paths import listed
from emr_eks_placement.spark.configuration import spark_configuration

_READ, _LIST = ("s3:GetObject",), ("s3:ListBucket",)
_S3 = ("s3://", "s3a://", "s3n://")
# Of files that Spark distributes (Spark configuration); definitions name them so, not by options.
_FILE_PROPERTIES = ("spark.submit.pyFiles", "spark.jars", "spark.files", "spark.archives")
_POD_TEMPLATES = tuple(f"spark.kubernetes.{name}.podTemplateFile" for name in SPARK_ROLE.values())
# What EMR writes with the execution role (EMR on EKS guide, logging).
_WRITE_LOGS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_LIST_LOGS = ("logs:DescribeLogGroups",)
_USE_KEY = ("kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True)
class Access:
    """Actions that a role is to be allowed on a resource, given by their ARNs; prefix: with which a bucket is listed."""

    role: str
    actions: tuple[str, ...]
    resource: str
    prefix: str | None = None


def objects_of(request: Mapping[str, Any], bucket: str) -> list[str]:
    """The S3 objects that a run reads before the application does: entry point, files, pod templates, by s3:// URI.

    Arguments count where they are files of the environment's bucket that were uploaded for the job.
    """
    driver = request["jobDriver"].get("sparkSubmitJobDriver", {})
    properties = spark_configuration(request).properties
    named = [driver.get("entryPoint", "")]
    named += [one for one in driver.get("entryPointArguments", []) if one.startswith(f"s3://{bucket}/job-files/")]
    for name in (*_FILE_PROPERTIES, *_POD_TEMPLATES):
        named += [one.partition("#")[0].strip() for one in properties.get(name, "").split(",")]
    return list(dict.fromkeys(f"s3://{one.partition('://')[2]}" for one in named if one.startswith(_S3)))


def log_group_of(request: Mapping[str, Any]) -> str | None:
    """The CloudWatch log group that a run logs to."""
    monitoring = (request.get("configurationOverrides") or {}).get("monitoringConfiguration") or {}
    group: str | None = (monitoring.get("cloudWatchMonitoringConfiguration") or {}).get("logGroupName")
    return group


def access_of(
    request: Mapping[str, Any], bucket: str, *, partition: str, region: str, account: str, key_arn: str | None
) -> Iterator[Access]:
    """What a run's role is to be allowed. key_arn: of the KMS key that the bucket encrypts with."""
    role = request["executionRoleArn"]
    for uri in objects_of(request, bucket):
        path = uri.removeprefix("s3://")
        yield Access(role, _READ, f"arn:{partition}:s3:::{path}")
        holder, _, key = path.partition("/")
        yield from (Access(role, _LIST, f"arn:{partition}:s3:::{holder}", prefix) for prefix in listed(key))
    monitoring = (request.get("configurationOverrides") or {}).get("monitoringConfiguration") or {}
    log_uri = (monitoring.get("s3MonitoringConfiguration") or {}).get("logUri")
    if log_uri:
        folder = log_uri.removeprefix("s3://").rstrip("/")
        yield Access(role, ("s3:PutObject",), f"arn:{partition}:s3:::{folder}/doctor")
    group = log_group_of(request)
    if group:
        groups = f"arn:{partition}:logs:{region}:{account}:log-group"
        yield Access(role, _WRITE_LOGS, f"{groups}:{group}:log-stream:doctor")
        yield Access(role, _LIST_LOGS, f"{groups}:{group}")
    if key_arn:
        yield Access(role, _USE_KEY, key_arn)
