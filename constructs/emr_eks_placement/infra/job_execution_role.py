"""The IAM role that a virtual cluster's jobs run with."""

import json
from collections.abc import Iterator, Sequence

from aws_cdk import Aws, Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_eks_placement.emr.s3_paths import objects_below, prefixes_below
from emr_eks_placement.environment import DataAccess
from emr_eks_placement.infra.resource import resource_of
from emr_eks_placement.names import base36

_NO_DATA_ACCESS = DataAccess()
_READ = ("s3:GetObject",)
_WRITE = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_LOG = ("s3:PutObject", "s3:GetObject")
_KEY = ("kms:Decrypt", "kms:GenerateDataKey")  # S3 guide, objects encrypted with KMS keys


class JobExecutionRole(Construct):
    """A role for the service accounts that EMR makes in one namespace for jobs with this role, and for nobody else.

    role_name: at most 64 characters (IAM); EMR derives the service accounts' names from it. folder: the virtual
    cluster's name: its jobs read job-files/FOLDER/ and pod-templates/FOLDER/ of the bucket, write logs/FOLDER/ and both in
    data/FOLDER/. log_group_arn: with :* at its end; None
    where there is no log group.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        role_name: str,
        namespace: str,
        oidc_provider: iam.IOpenIdConnectProvider,
        bucket: s3.IBucket,
        folder: str,
        data_access: DataAccess = _NO_DATA_ACCESS,
        log_group_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.role = iam.Role(
            self,
            "Resource",
            role_name=role_name,
            description=f"Spark jobs in namespace {namespace}",
            assumed_by=iam.FederatedPrincipal(oidc_provider.open_id_connect_provider_arn),
        )
        resource = resource_of(self.role, iam.CfnRole)
        resource.assume_role_policy_document = _trust(role_name, namespace, oidc_provider)
        for statement in (*_bucket_access(bucket, folder), *_location_access(data_access), *_log_access(log_group_arn)):
            self.role.add_to_policy(statement)


def _trust(role_name: str, namespace: str, oidc_provider: iam.IOpenIdConnectProvider) -> str:
    """The trust policy as JSON text: the issuer, known at deployment only, is part of its keys.

    Service accounts: AWS CLI, awscli/customizations/emrcontainers/constants.py.
    """
    service_accounts = (
        f"system:serviceaccount:{namespace}:emr-containers-sa-*-*-${{AWS::AccountId}}-{base36(role_name)}"
    )
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": "${Provider}"},
                "Condition": {
                    "StringLike": {"${Issuer}:sub": service_accounts},
                    "StringEquals": {"${Issuer}:aud": "sts.amazonaws.com"},
                },
            }
        ],
    }
    issuer = Fn.select(1, Fn.split(":oidc-provider/", oidc_provider.open_id_connect_provider_arn))
    return Fn.sub(json.dumps(policy), {"Provider": oidc_provider.open_id_connect_provider_arn, "Issuer": issuer})


def _allow(actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))


def _list(bucket_arn: str, prefixes: Sequence[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={"StringLike": {"s3:prefix": list(prefixes)}} if prefixes else None,
    )


def _bucket_access(bucket: s3.IBucket, folder: str) -> Iterator[iam.PolicyStatement]:
    inputs, logs_, data = (f"job-files/{folder}/*", f"pod-templates/{folder}/*"), f"logs/{folder}/*", f"data/{folder}"
    yield _allow(_READ, *(bucket.arn_for_objects(one) for one in inputs))
    yield _allow(_LOG, bucket.arn_for_objects(logs_))
    yield _allow((*_READ, *_WRITE), *(bucket.arn_for_objects(one) for one in objects_below(data)))
    yield _list(bucket.bucket_arn, [*inputs, logs_, *prefixes_below(data)])
    if bucket.encryption_key:
        yield _allow(_KEY, bucket.encryption_key.key_arn)


def _location_access(data_access: DataAccess) -> Iterator[iam.PolicyStatement]:
    for locations, actions in ((data_access.read, _READ), (data_access.write, (*_READ, *_WRITE))):
        for location in locations:
            bucket, _, key = location.removeprefix("s3://").partition("/")
            arn, prefix = f"arn:{Aws.PARTITION}:s3:::{bucket}", key.rstrip("/")
            yield _allow(actions, *(f"{arn}/{one}" for one in (objects_below(prefix) if prefix else ("*",))))
            yield _list(arn, prefixes_below(prefix) if prefix else ())
    if data_access.kms_key_arns:
        yield _allow(_KEY, *data_access.kms_key_arns)


def _log_access(log_group_arn: str | None) -> Iterator[iam.PolicyStatement]:
    if log_group_arn:
        yield _allow(("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"), log_group_arn)
        # EMR looks its log group up in the list, and a list has no narrower ARN than all log groups of the region.
        yield _allow(
            ("logs:DescribeLogGroups",),
            Fn.sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"),
        )
