"""A bucket that an environment is given."""

from emr_eks_placement.common.model import Model
from emr_eks_placement.environment.existing_resources import BucketName, KmsKeyArn


class Bucket(Model):
    """An existing S3 bucket: it is neither changed nor deleted."""

    name: BucketName
    """Its name."""
    kms_key_arn: KmsKeyArn | None = None
    """The KMS key that it encrypts with by default, which execution roles then may use."""
