"""A bucket that an environment is given."""

from emr_eks_placement.common.model import Model
from emr_eks_placement.environment.given import BucketName, KmsKeyArn


class Bucket(Model):
    """An S3 bucket that is there already: it is neither changed nor deleted."""

    name: BucketName
    """Its name."""
    kms_key_arn: KmsKeyArn | None = None
    """The KMS key that it encrypts with by default, which execution roles then may use."""
