"""An existing bucket of an environment."""

from emr_eks_placement.common.model import Model
from emr_eks_placement.environment.existing_resources import BucketName, KmsKeyArn


class Bucket(Model):
    """An existing S3 bucket: it is neither changed nor deleted."""

    name: BucketName
    """The name of the bucket."""
    kms_key_arn: KmsKeyArn | None = None
    """The KMS key that the bucket encrypts with by default. Execution roles may then use it."""
