"""Which of the permissions that the registry names a handler uses on a resource with these properties.

The registry does not record it; this is read from the names of properties and actions. An action that no
property explains is called always.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local.aws.emr_containers.namespace_access import ENTERS, LEAVES
from tests.deployment_permissions import registry

_CALLED_FOR: Mapping[str, Mapping[str, str]] = {
    "AWS::EC2::EIP": {
        "TransferAddress": "ec2:AcceptAddressTransfer",
        "InstanceId": "ec2:AssociateAddress ec2:DisassociateAddress",
    },
    "AWS::EC2::FlowLog": {
        # Delivery to S3 or Firehose, not to a log group.
        "LogDestination": "iam:CreateServiceLinkedRole logs:CreateLogDelivery logs:DeleteLogDelivery"
        " s3:GetBucketPolicy s3:PutBucketPolicy",
    },
    "AWS::EC2::NatGateway": {
        "SecondaryAllocationIds": "ec2:AssociateNatGatewayAddress ec2:DisassociateNatGatewayAddress",
        "SecondaryPrivateIpAddresses": "ec2:AssignPrivateNatGatewayAddress ec2:UnassignPrivateNatGatewayAddress",
    },
    "AWS::EC2::Subnet": {"Ipv6CidrBlock": "ec2:AssociateSubnetCidrBlock ec2:DisassociateSubnetCidrBlock"},
    "AWS::EC2::VPC": {"VpcEncryptionControl": "ec2:CreateVpcEncryptionControl"},
    "AWS::EC2::VPCEndpoint": {
        "ServiceNetworkArn": "vpc-lattice:CreateServiceNetworkVpcEndpointAssociation",
        "ServiceRegion": "vpce:AllowMultiRegion",
    },
    "AWS::EC2::VPCGatewayAttachment": {"VpnGatewayId": "ec2:AttachVpnGateway ec2:DetachVpnGateway"},
    "AWS::EKS::Addon": {
        "PodIdentityAssociations": "eks:CreatePodIdentityAssociation eks:DeletePodIdentityAssociation"
        " eks:UpdatePodIdentityAssociation iam:GetRole iam:PassRole",
    },
    "AWS::EKS::Cluster": {
        "ActiveCertificateAuthorityId": "eks:ActivateCertificateAuthority",
        "ComputeConfig.Enabled": "iam:AddRoleToInstanceProfile iam:CreateInstanceProfile iam:DeleteInstanceProfile"
        " iam:GetInstanceProfile iam:RemoveRoleFromInstanceProfile iam:TagInstanceProfile",
        "EncryptionConfig": "kms:CreateGrant kms:DescribeKey",
    },
    "AWS::EKS::Nodegroup": {"RemoteAccess": "ec2:DescribeKeyPairs"},
    "AWS::IAM::Policy": {
        "Groups": "iam:DeleteGroupPolicy iam:GetGroupPolicy iam:PutGroupPolicy",
        "Users": "iam:DeleteUserPolicy iam:GetUserPolicy iam:PutUserPolicy",
    },
    "AWS::IAM::Role": {
        "ManagedPolicyArns": "iam:AttachRolePolicy iam:DetachRolePolicy",
        "PermissionsBoundary": "iam:DeleteRolePermissionsBoundary iam:PutRolePermissionsBoundary",
    },
    "AWS::Lambda::Function": {
        "CapacityProviderConfig": "lambda:PassCapacityProvider",
        "CodeSigningConfigArn": "lambda:DeleteFunctionCodeSigningConfig lambda:GetCodeSigningConfig"
        " lambda:PutFunctionCodeSigningConfig",
        "FileSystemConfigs": "elasticfilesystem:DescribeMountTargets s3files:ListMountTargets",
        "FunctionScalingConfig": "lambda:PutFunctionScalingConfig",
        "KmsKeyArn": "kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey",
        "Layers": "lambda:GetLayerVersion",
        "PublishToLatestPublished": "lambda:PublishVersion",
        "RecursiveLoop": "lambda:PutFunctionRecursionConfig",
        "ReservedConcurrentExecutions": "lambda:DeleteFunctionConcurrency lambda:PutFunctionConcurrency",
        "RuntimeManagementConfig": "lambda:PutRuntimeManagementConfig",
    },
    "AWS::Logs::LogGroup": {
        "BearerTokenAuthenticationEnabled": "logs:PutBearerTokenAuthentication",
        "DataProtectionPolicy": "firehose:TagDeliveryStream logs:CreateLogDelivery"
        " logs:DeleteDataProtectionPolicy logs:PutDataProtectionPolicy",
        "DeletionProtectionEnabled": "logs:PutLogGroupDeletionProtection",
        "FieldIndexPolicies": "logs:DeleteIndexPolicy logs:PutIndexPolicy",
        "KmsKeyId": "logs:AssociateKmsKey logs:DisassociateKmsKey",
        "ResourcePolicyDocument": "logs:DeleteResourcePolicy logs:PutResourcePolicy",
    },
    "AWS::StepFunctions::StateMachine": {
        "DefinitionS3Location": "s3:GetObject s3:GetObjectVersion",
        "EncryptionConfiguration": "kms:Decrypt kms:DescribeKey kms:GenerateDataKey",
    },
    "AWS::S3::Bucket": {
        "AbacStatus": "s3:PutBucketAbac",
        "AccelerateConfiguration": "s3:PutAccelerateConfiguration",
        "AccessControl": "s3:PutObjectAcl",
        "AnalyticsConfigurations": "s3:PutAnalyticsConfiguration",
        "CorsConfiguration": "s3:PutBucketCORS",
        "IntelligentTieringConfigurations": "s3:PutIntelligentTieringConfiguration",
        "InventoryConfigurations": "s3:PutInventoryConfiguration",
        "LoggingConfiguration": "s3:PutBucketLogging",
        "MetadataTableConfiguration": "s3:CreateBucketMetadataTableConfiguration s3:DeleteObject"
        " s3:DeleteBucketMetadataTableConfiguration s3:UpdateBucketMetadataAnnotationTableConfiguration"
        " s3:UpdateBucketMetadataInventoryTableConfiguration s3:UpdateBucketMetadataJournalTableConfiguration"
        " s3tables:CreateNamespace s3tables:CreateTable s3tables:CreateTableBucket s3tables:GetTable"
        " s3tables:GetTableMetadataLocation s3tables:PutTableBucketPolicy s3tables:PutTableEncryption"
        " s3tables:PutTablePolicy s3tables:UpdateTableMetadataLocation",
        "MetricsConfigurations": "s3:PutMetricsConfiguration",
        "NotificationConfiguration": "s3:PutBucketNotification",
        "ObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
        "ReplicationConfiguration": "iam:PassRole s3:PutReplicationConfiguration",
        "WebsiteConfiguration": "s3:DeleteBucketWebsite s3:PutBucketWebsite",
    },
}  # fmt: skip

# What services call with the rights of their caller, beyond the registry: EMR on EKS guide, cluster access management.
_BEYOND: Mapping[tuple[str, str], str] = {
    ("AWS::EMRContainers::VirtualCluster", "create"): ENTERS,
    ("AWS::EMRContainers::VirtualCluster", "delete"): LEAVES,
}


def called(
    type_name: str, handlers: tuple[registry.Handler, ...], properties: Mapping[str, Any], region: str
) -> list[str]:
    """The actions that these handlers of a type call on a resource with these properties, those alone that IAM has."""
    if type_name.startswith("Custom::"):
        return ["lambda:InvokeFunction"]
    named = registry.permissions(type_name, region)
    asked = {action for handler in handlers for action in named.get(handler, ())}
    beyond = {action for handler in handlers for action in _BEYOND.get((type_name, handler), "").split()}
    uncalled = set(_only_for_absent(type_name, properties))
    return sorted(one for one in (asked - uncalled) | beyond if registry.resource_kinds(one) is not None)


def _only_for_absent(type_name: str, properties: Mapping[str, Any]) -> Iterator[str]:
    for path, actions in _CALLED_FOR.get(type_name, {}).items():
        if not _is_set(properties, path.split(".")):
            yield from actions.split()


def _is_set(value: Any, path: list[str]) -> bool:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value not in (None, False, "false")
