"""The machine image of a node group has the drivers of what its instance types have."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk.assertions import Template

from stacks.platform import PlatformStack
from tests.changed_environment import changed_environment

IMAGES = {
    "gpus": ("g5.2xlarge", "AL2023_x86_64_NVIDIA"),
    "arm-gpus": ("g5g.xlarge", "AL2023_ARM_64_NVIDIA"),
    "chips": ("inf2.xlarge", "AL2023_x86_64_NEURON"),
    "arm": ("m7g.large", "AL2023_ARM_64_STANDARD"),
    "usual": ("m6i.large", "AL2023_x86_64_STANDARD"),
}


def test_an_image_has_drivers_for_the_devices_of_its_nodes(tmp_path: Path) -> None:
    groups = {name: {"instance_types": [kind]} for name, (kind, _) in IMAGES.items()}
    environment = changed_environment(tmp_path, node_groups=groups)
    template = Template.from_stack(PlatformStack(cdk.App(analytics_reporting=False), environment=environment)).to_json()
    found = {
        one["Properties"]["Tags"]["Name"]: one["Properties"]["AmiType"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::EKS::Nodegroup"
    }
    assert {name: found[name] for name in IMAGES} == {name: image for name, (_, image) in IMAGES.items()}
