"""The bucket of pod templates, uploaded files, job-run definitions, logs and the jobs' own data."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

_NONCURRENT_DAYS = 30
_INCOMPLETE_UPLOAD_DAYS = 7


class JobBucket(Construct):
    """An encrypted, versioned bucket that accepts only TLS and blocks public access.

    removal_policy DESTROY: deletes the bucket with its stack; AWS refuses while it contains a version of an object.
    encryption_key: by default S3's own keys.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.bucket = s3.Bucket(
            self,
            "Resource",
            encryption=s3.BucketEncryption.KMS if encryption_key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=encryption_key,
            bucket_key_enabled=True if encryption_key else None,  # fewer requests to KMS, which charges for each
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(_NONCURRENT_DAYS),
                    expired_object_delete_marker=True,  # of objects whose versions are all deleted
                    abort_incomplete_multipart_upload_after=Duration.days(_INCOMPLETE_UPLOAD_DAYS),
                )
            ],
            removal_policy=removal_policy,
        )
