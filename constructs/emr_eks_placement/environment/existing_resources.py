"""The existing resources that an environment may use instead of creating them: their names and rules."""

import re
from typing import Annotated

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, Rule
from emr_eks_placement.facts.regions import arn_pattern

_IAM_NAME = r"[\w+=,.@/-]{1,512}"


def _matching(pattern: str, rule: str, example: str) -> Rule:
    """Validates a string that matches the whole pattern."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise RuleError(value, rule, f"Write for example {example}")
        return value

    return Rule(check, rule)


def _id(prefix: str, what: str) -> Rule:
    """Validates the id of an EC2 resource: 8 hexadecimal digits, or 17 (EC2 guide, resource IDs)."""
    rule = f"must be the id of {what}: {prefix}- and 8 or 17 hexadecimal digits (EC2 guide, resource IDs)"
    return _matching(rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", rule, f"{prefix}-0123456789abcdef0")


VpcId = Annotated[str, _id("vpc", "a VPC")]
SubnetId = Annotated[str, _id("subnet", "a subnet")]
SecurityGroupId = Annotated[str, _id("sg", "a security group")]
ClusterName = Annotated[
    str,
    _matching(
        r"[0-9A-Za-z][-\w]{0,99}",
        "must be the name of an EKS cluster: up to 100 letters, digits, hyphens and underscores (EKS CreateCluster)",
        "analytics",
    ),
]
OidcProviderArn = Annotated[
    str,
    _matching(
        arn_pattern("iam", r"oidc-provider/[-\w.]+/id/[0-9A-Za-z]+", region=""),
        "must be the ARN of a cluster's IAM OIDC provider (EKS guide, IAM roles for service accounts)",
        "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    ),
]
RoleArn = Annotated[
    str,
    _matching(
        arn_pattern("iam", f"role/{_IAM_NAME}", region=""),
        "must be the ARN of an IAM role (IAM)",
        "arn:aws:iam::111122223333:role/spark",
    ),
]
PrincipalArn = Annotated[
    str,
    _matching(
        arn_pattern("iam", f"(role|user)/{_IAM_NAME}", region=""),
        "must be the ARN of an IAM role or user (IAM)",
        "arn:aws:iam::111122223333:role/admin",
    ),
]
QueueArn = Annotated[
    str,
    _matching(
        arn_pattern("sqs", r"[-\w]{1,80}"),
        "must be the ARN of an SQS standard queue (EventBridge Scheduler guide, dead-letter queue)",
        "arn:aws:sqs:us-east-1:111122223333:not-started",
    ),
]
KmsKeyArn = Annotated[
    str,
    _matching(
        arn_pattern("kms", r"key/[-\w]+"),
        "must be the ARN of a KMS key, not of an alias (KMS guide, key ARN)",
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
]
BucketName = Annotated[
    str,
    _matching(
        r"[a-z0-9][-a-z0-9.]{1,61}[a-z0-9]",
        "must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, hyphens and dots (S3 guide, bucket names)",
        "analytics-spark-jobs",
    ),
]


def refuse_beside_existing(settings: Model, given: str, what: str, *fields: str) -> None:
    """Raises RuleError for the first field that is set although it applies only to a `what` that would be created."""
    for field in fields:
        if field in settings.model_fields_set:
            raise RuleError(
                settings.model_dump(exclude_unset=True)[field],
                f"is a choice for a {what} that is created; {given} names an existing one",
                f"Remove {field} or {given}",
                path=(field,),
            )


def require_with_existing(settings: Model, given: str, what: str, *fields: str) -> None:
    """Raises RuleError for the first field that is set although it applies only to an existing `what`, and none is
    named."""
    for field in fields:
        if field in settings.model_fields_set:
            raise RuleError(
                getattr(settings, field),
                f"is of an existing {what}, which {given} names",
                f"Add {given} or remove {field}",
                path=(field,),
            )
