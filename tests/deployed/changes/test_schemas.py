"""What the local AWS takes for a replacement is what CloudFormation's schemas say, for the properties that are changed here."""

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

# By type: properties that the changes of this folder change, and that replace the resource.
_REPLACING = {
    "AWS::EC2::Subnet": {"CidrBlock", "AvailabilityZone"},
    "AWS::EKS::FargateProfile": {"Selectors", "Subnets"},
    "AWS::EKS::Nodegroup": {"InstanceTypes", "Subnets", "CapacityType"},
    "AWS::EMRContainers::JobTemplate": {"JobTemplateData"},
    "AWS::EMRContainers::VirtualCluster": {"ContainerProvider"},
}
# And those that don't, where the type has such.
_UPDATED = {
    "AWS::EC2::Route": {"NatGatewayId"},
    "AWS::EC2::LaunchTemplate": {"LaunchTemplateData"},
    "AWS::EKS::Addon": {"AddonVersion", "ConfigurationValues"},
    "AWS::EKS::Cluster": {"Version", "ResourcesVpcConfig", "UpgradePolicy"},
    "AWS::EKS::Nodegroup": {"Labels", "Version", "LaunchTemplate", "ReleaseVersion", "ForceUpdateEnabled", "Taints"},
    "AWS::IAM::Role": {"AssumeRolePolicyDocument"},
    "AWS::Logs::LogGroup": {"RetentionInDays", "Tags"},
    "AWS::SSM::Parameter": {"Value", "Tags"},
}
# What refusals rest on, and that add-ons are taken over instead of left out.
_REFUSED = {"AWS::EC2::VPC": {"CidrBlock"}, "AWS::EKS::Cluster": {"EncryptionConfig", "BootstrapSelfManagedAddons"}}


def _create_only(kind: str) -> set[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return {path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])}


@pytest.mark.parametrize("kind", _REPLACING | _REFUSED)
def test_what_replaces(kind: str) -> None:
    assert (_REPLACING | _REFUSED)[kind] <= _create_only(kind)


@pytest.mark.parametrize("kind", _UPDATED)
def test_what_is_updated(kind: str) -> None:
    assert not _UPDATED[kind] & {path.split("/")[0] for path in _create_only(kind)}
