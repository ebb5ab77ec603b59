"""CloudFormation's calls for roles, functions, log groups, buckets, keys and parameters."""

from collections.abc import Mapping

from emr_eks_placement.facts.deployment.grants import Condition, Grant, arn, grant, passed_to, role

# Of the bucket that `cdk bootstrap` creates for uploaded files.
_CODE, _CONTENT = (f"arn:{{partition}}:s3:::{{{field}.S3Bucket}}/*" for field in ("Code", "Content"))
_ATTACHED = Condition("ArnLike", "iam:PolicyARN", ("arn:{partition}:iam::*:policy/{ManagedPolicyArns}",))
_BUCKET = "arn:{partition}:s3:::{name}"

# CloudFormation calls lambda:InvokeFunction for a custom resource (CloudFormation guide, Lambda-backed custom
# resources); the registry has no schema of them.
CUSTOM_RESOURCE = (
    grant(
        "lambda", "InvokeFunction", arn("lambda", "function:{ServiceToken}"), arn("lambda", "function:{ServiceToken}:*")
    ),
)

OTHER: Mapping[str, tuple[Grant, ...]] = {
    "AWS::IAM::Role": (
        grant(
            "iam",
            "CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies"
            " ListRoleTags PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
            role("{name}"),
        ),
        grant("iam", "AttachRolePolicy DetachRolePolicy", role("{name}"), condition=_ATTACHED),
    ),
    "AWS::IAM::Policy": (grant("iam", "DeleteRolePolicy GetRolePolicy PutRolePolicy", role("{Roles}")),),
    "AWS::IAM::OIDCProvider": (
        grant(
            "iam",
            "AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider DeleteOpenIDConnectProvider"
            " GetOpenIDConnectProvider ListOpenIDConnectProviderTags RemoveClientIDFromOpenIDConnectProvider"
            " TagOpenIDConnectProvider UntagOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint",
            "arn:{partition}:iam::{account}:oidc-provider/oidc.eks.{region}.*",  # of EKS clusters
        ),
    ),
    # A key has an id, and no tag of its stack: the registry's schema does not allow CloudFormation's own tags.
    "AWS::KMS::Key": (
        grant("kms", "CreateKey"),
        grant(
            "kms",
            "DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus"
            " ListResourceTags PutKeyPolicy ScheduleKeyDeletion TagResource UntagResource UpdateKeyDescription",
            arn("kms", "key/{name}"),
        ),
    ),
    "AWS::Lambda::Function": (
        grant(
            "lambda",
            "CreateFunction DeleteFunction GetFunction GetFunctionCodeSigningConfig GetFunctionRecursionConfig"
            " GetFunctionScalingConfig GetRuntimeManagementConfig ListTags TagResource UntagResource"
            " UpdateFunctionCode UpdateFunctionConfiguration",
            arn("lambda", "function:{name}"),
            arn("lambda", "function:{name}:*"),
        ),
        grant("lambda", "GetLayerVersion", arn("lambda", "layer:{Layers}:*")),
        grant("s3", "GetObject GetObjectVersion", _CODE),
        grant("iam", "PassRole", role("{Role}"), condition=passed_to("lambda.amazonaws.com")),
        grant("ec2", "DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs"),
    ),
    "AWS::Lambda::LayerVersion": (
        grant("lambda", "PublishLayerVersion", arn("lambda", "layer:{name}")),
        grant("lambda", "DeleteLayerVersion GetLayerVersion", arn("lambda", "layer:{name}:*")),
        grant("s3", "GetObject GetObjectVersion", _CONTENT),
    ),
    "AWS::Logs::LogGroup": (
        grant(
            "logs",
            "CreateLogGroup DeleteLogGroup DeleteRetentionPolicy GetDataProtectionPolicy ListTagsForResource"
            " PutRetentionPolicy TagResource UntagResource",
            arn("logs", "log-group:{name}"),
            arn("logs", "log-group:{name}:*"),
        ),
        grant(
            "logs",
            "AssociateKmsKey DisassociateKmsKey",
            arn("logs", "log-group:{name}"),
            arn("logs", "log-group:{name}:*"),
            when="KmsKeyId",
        ),
        grant("logs", "DescribeLogGroups DescribeIndexPolicies DescribeResourcePolicies"),
    ),
    "AWS::S3::Bucket": (
        grant(
            "s3",
            "CreateBucket DeleteBucket ListBucket ListTagsForResource TagResource UntagResource PutBucketAcl"
            " PutBucketOwnershipControls PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning"
            " PutEncryptionConfiguration PutLifecycleConfiguration GetAccelerateConfiguration"
            " GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS GetBucketLogging"
            " GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration"
            " GetBucketOwnershipControls GetBucketPublicAccessBlock GetBucketTagging GetBucketVersioning"
            " GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration"
            " GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration",
            _BUCKET,
        ),
    ),
    "AWS::S3::BucketPolicy": (
        grant("s3", "DeleteBucketPolicy GetBucketPolicy PutBucketPolicy", "arn:{partition}:s3:::{Bucket}"),
    ),
    "AWS::SSM::Parameter": (
        grant(
            "ssm",
            "AddTagsToResource DeleteParameter GetParameters ListTagsForResource PutParameter RemoveTagsFromResource",
            arn("ssm", "parameter/{name}"),
        ),
    ),
}
