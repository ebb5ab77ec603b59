"""Reads instance type and volume sizes from the launch template of a node group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks.type_defs import LaunchTemplateSpecificationTypeDef


@dataclass(frozen=True)
class LaunchTemplate:
    """A launch template. instance_type: None if the node group names its own; volumes: device -> GiB of the EBS volumes
    with a size."""

    instance_type: str | None
    volumes: Mapping[str, int]


def read_launch_template(ec2: "EC2Client", specification: "LaunchTemplateSpecificationTypeDef") -> LaunchTemplate:
    """Returns the version of a launch template that a node group uses. Raises botocore's errors unchanged."""
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        LaunchTemplateId=specification["id"],
        # Without a version, a node group uses the default one (botocore's service model of eks).
        Versions=[specification.get("version", "$Default")],
    )
    data = next(version["LaunchTemplateData"] for page in pages for version in page["LaunchTemplateVersions"])
    volumes = {
        mapping["DeviceName"]: mapping["Ebs"]["VolumeSize"]
        for mapping in data.get("BlockDeviceMappings", [])
        if "DeviceName" in mapping and "VolumeSize" in mapping.get("Ebs", {})
    }
    return LaunchTemplate(data.get("InstanceType"), volumes)
