"""The encryption of an environment's data, and an existing bucket for it."""

from typing import Annotated

from pydantic import Strict, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model
from emr_eks_placement.environment.existing_resources import BucketName, KmsKeyArn


class Encryption(Model):
    """One KMS key for what is created: the cluster's Kubernetes secrets, the bucket, the log groups.

    They are encrypted with AWS's own keys unless one is asked for.
    """

    customer_managed_key: Annotated[bool, Strict()] = False
    """Whether to use a customer managed KMS key."""
    kms_key_arn: KmsKeyArn | None = None
    """An existing key; by default one is created."""

    @model_validator(mode="after")
    def _check_given(self) -> "Encryption":
        if self.kms_key_arn is not None and not self.customer_managed_key:
            raise RuleError(
                self.kms_key_arn,
                "is a customer managed key, but customer_managed_key is false",
                "Set customer_managed_key: true or remove it",
                path=("kms_key_arn",),
            )
        return self


class Bucket(Model):
    """An existing S3 bucket: it is neither changed nor deleted."""

    name: BucketName
    """The name of the bucket."""
    kms_key_arn: KmsKeyArn | None = None
    """The KMS key that the bucket encrypts with by default. Execution roles may then use it."""
