"""The IAM role of a virtual cluster's jobs."""

import json
from collections.abc import Iterator, Sequence

from aws_cdk import Aws, Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_eks_placement.common.names import base36
from emr_eks_placement.emr.s3_calls import (
    LOG,
    READ,
    READ_FILE,
    USE_KEY,
    WRITE,
    object_actions,
    object_patterns,
    prefix_patterns,
)
from emr_eks_placement.environment import DataAccess
from emr_eks_placement.infra.resource import resource_of

_NO_DATA_ACCESS = DataAccess()


class JobExecutionRole(Construct):
    """A role that only the service accounts that EMR creates in one namespace for jobs with this role can assume.

    role_name: at most 64 characters (IAM); EMR derives the service accounts' names from it. folder: the virtual
    cluster's name. Its jobs read job-files/FOLDER/ and pod-templates/FOLDER/ of the bucket, write logs/FOLDER/, and
    read and write data/FOLDER/. log_group_arn: with :* at its end; None without a log group.
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
    """Returns the trust policy as JSON text, because its keys contain the issuer, which is known only at deployment.

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
    yield _allow(object_actions(READ_FILE), *(bucket.arn_for_objects(one) for one in inputs))
    yield _allow(object_actions(LOG), bucket.arn_for_objects(logs_))
    yield _allow(object_actions(WRITE), *(bucket.arn_for_objects(one) for one in object_patterns(data, WRITE)))
    yield _list(bucket.bucket_arn, [*inputs, logs_, *prefix_patterns(data, WRITE)])
    if bucket.encryption_key:
        yield _allow(USE_KEY, bucket.encryption_key.key_arn)


def _location_access(data_access: DataAccess) -> Iterator[iam.PolicyStatement]:
    for locations, calls in ((data_access.read, READ), (data_access.write, WRITE)):
        for location in locations:
            bucket, _, key = location.removeprefix("s3://").partition("/")
            arn, path = f"arn:{Aws.PARTITION}:s3:::{bucket}", key.rstrip("/")
            keys = object_patterns(path, calls) if path else ("*",)
            yield _allow(object_actions(calls), *(f"{arn}/{one}" for one in keys))
            yield _list(arn, prefix_patterns(path, calls) if path else ())
    if data_access.kms_key_arns:
        yield _allow(USE_KEY, *data_access.kms_key_arns)


def _log_access(log_group_arn: str | None) -> Iterator[iam.PolicyStatement]:
    if log_group_arn:
        yield _allow(("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"), log_group_arn)
        # EMR looks for its log group in the list, and the list's narrowest ARN is all log groups of the region.
        yield _allow(
            ("logs:DescribeLogGroups",),
            Fn.sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"),
        )
