"""The IAM roles that the jobs of a virtual cluster run with, and what they reach in S3."""

from typing import Annotated

from pydantic import AfterValidator, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, distinct
from emr_eks_placement.environment.existing_resources import KmsKeyArn, RoleArn, refuse_beside_existing


def _check_location(uri: str) -> str:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not 3 <= len(bucket) <= 63 or any(mark in key for mark in "*?"):
        raise RuleError(
            uri, "must be an S3 location s3://bucket/prefix, without wildcards", "Write for example s3://sales/orders/"
        )
    return uri


Locations = Annotated[tuple[Annotated[str, AfterValidator(_check_location)], ...], distinct("location")]


class DataAccess(Model):
    """S3 locations that the jobs reach beyond the environment's own bucket."""

    read: Locations = ()
    """Locations to read."""
    write: Locations = ()
    """Locations to read and write."""
    kms_key_arns: Annotated[tuple[KmsKeyArn, ...], distinct("key")] = ()
    """KMS keys of these locations: its jobs may decrypt with them and encrypt what they write."""


class ExecutionRole(Model):
    """An IAM role that jobs of a virtual cluster run with."""

    data_access: DataAccess = DataAccess()
    """What its jobs may access in S3."""
    execution_role_arn: RoleArn | None = None
    """The ARN of an existing role, used unchanged. It must trust the namespace's service accounts (aws emr-containers
    update-role-trust-policy), read and list job-files/ and pod-templates/ of the virtual cluster in the bucket, and
    write where the containers log. By default a role is created."""

    @model_validator(mode="after")
    def _check_given_role_is_left_alone(self) -> "ExecutionRole":
        if self.execution_role_arn is not None:
            refuse_beside_existing(self, "execution_role_arn", "role", "data_access")
        return self
