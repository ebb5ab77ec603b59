"""The KMS key of Kubernetes secrets, the bucket and the log groups."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

# How CloudWatch Logs uses a log group's key (CloudWatch Logs guide, encrypt log data).
_LOGS_ACTIONS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")


class EncryptionKey(Construct):
    """A KMS key, `key`, that is rotated every year and that CloudWatch Logs may use for this account's log groups.

    removal_policy DESTROY: deletes the key with its stack. After KMS has deleted the key, its data can't be read.
    """

    def __init__(self, scope: Construct, id_: str, *, removal_policy: RemovalPolicy = RemovalPolicy.RETAIN) -> None:
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Resource",
            description="Kubernetes secrets, job bucket and log groups of Spark on EMR on EKS",
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
        log_groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
                actions=list(_LOGS_ACTIONS),
                resources=["*"],  # in a key's policy: this key
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            )
        )
