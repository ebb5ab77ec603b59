"""The managed node groups of a live cluster, with their instance types and launch templates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from emr_eks_placement.aws.ec2 import Instance
from emr_eks_placement.aws.eks import node_groups as eks_node_groups
from emr_eks_placement.aws.eks import shown_names
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.instance_types import InstanceType, devices_of, instance_type, max_pods_of
from emr_eks_placement.facts.kubernetes import EKS_TAINT_EFFECTS
from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.capacity import NodeGroupCapacity, RunningNodes

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.literals import InstanceTypeType
    from types_boto3_ec2.type_defs import InstanceTypeInfoTypeDef
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import LaunchTemplateSpecificationTypeDef, NodegroupTypeDef

_TAINT_EFFECTS = {name: effect for effect, name in EKS_TAINT_EFFECTS.items()}
# Used if neither the group nor its launch template names one (botocore's service model of eks, CreateNodegroup).
_DEFAULT_INSTANCE_TYPE = "t3.medium"
_NO_NODES = ("CREATE_FAILED", "DELETING")
# The volume of a node's containers: Bottlerocket of EKS has a separate volume for them, other Linux uses the root volume.
_DATA_DEVICES = {True: ("/dev/xvdb",), False: ("/dev/xvda", "/dev/sda1")}
_MOST_AT_ONCE = 100  # EC2 API, DescribeInstanceTypes: InstanceTypes


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


def describe_node_groups(eks: "EKSClient", cluster: str) -> list["NodegroupTypeDef"]:
    """Returns every node group that has or will have nodes, as EKS describes it. Raises botocore's errors unchanged."""
    return [one for one in eks_node_groups(eks, cluster).values() if one and one["status"] not in _NO_NODES]


def node_groups(
    ec2: "EC2Client",
    groups: list["NodegroupTypeDef"],
    zones: Mapping[str, str],
    zone_ids: Mapping[str, str],
    instances: Sequence[Instance],
) -> dict[str, NodeGroupCapacity]:
    """Returns the described groups by `shown_names`. zones: by subnet; instances: of the cluster.

    Raises botocore's errors unchanged.
    """
    running = Counter((one.node_group, one.instance_type, one.zone) for one in instances if one.node_group)
    templates = {
        group["nodegroupName"]: read_launch_template(ec2, group["launchTemplate"])
        for group in groups
        if group.get("launchTemplate")
    }
    types_of = {
        group["nodegroupName"]: _instance_types(group, templates.get(group["nodegroupName"])) for group in groups
    }
    of_groups = (kind for kinds in types_of.values() for kind in kinds)
    machines = read_instance_types(ec2, {*of_groups, *(kind for _, kind, _ in running)})
    shown = shown_names({group["nodegroupName"]: group.get("tags") or {} for group in groups})
    return {
        shown[name]: replace(
            _node_group(group, templates.get(name), [machines[kind] for kind in types_of[name]], zones),
            zone_ids=zone_ids,
            running=_running(name, group, running, machines),
        )
        for group in groups
        for name in [group["nodegroupName"]]
    }


def _running(
    name: str,
    group: "NodegroupTypeDef",
    running: Mapping[tuple[str, str, str], int],
    machines: Mapping[str, InstanceType],
) -> tuple[RunningNodes, ...] | None:
    """Returns the group's running instances; None if nodes are expected and no instance is found."""
    found = tuple(
        RunningNodes(machines[kind], zone, count)
        for (owner, kind, zone), count in sorted(running.items())
        if owner == name
    )
    return found if found or not group["scalingConfig"]["desiredSize"] else None


def _instance_types(group: "NodegroupTypeDef", template: LaunchTemplate | None) -> list[str]:
    """Returns the launch template's instance type if it has one: EKS then refuses a group with its own types."""
    if template and template.instance_type:
        return [template.instance_type]
    return group.get("instanceTypes") or [_DEFAULT_INSTANCE_TYPE]


def _disk_gib(group: "NodegroupTypeDef", template: LaunchTemplate | None) -> int | None:
    """Returns the disk size in GiB; None if only the image defines it."""
    if template is None:
        return group.get("diskSize")
    devices = _DATA_DEVICES["BOTTLEROCKET" in group.get("amiType", "")]
    return next((template.volumes[device] for device in devices if device in template.volumes), None)


def _node_group(
    group: "NodegroupTypeDef",
    template: LaunchTemplate | None,
    machines: list[InstanceType],
    zones: Mapping[str, str],
) -> NodeGroupCapacity:
    scaling = group["scalingConfig"]
    return NodeGroupCapacity(
        machines=tuple(machines),
        # A capacity block is reserved in advance and is not Spot capacity.
        capacity_type="spot" if group.get("capacityType") == "SPOT" else "on-demand",
        labels=dict(group.get("labels") or {}),
        taints=tuple(
            Taint(key=taint["key"], value=taint.get("value") or "", effect=_TAINT_EFFECTS[taint["effect"]])
            for taint in group.get("taints") or []
        ),
        zones=tuple(sorted({zones[subnet] for subnet in group["subnets"]})),
        min_size=scaling["minSize"],
        initial_size=scaling["desiredSize"],
        max_size=scaling["maxSize"],
        disk_gib=_disk_gib(group, template),
        deployed_name=group["nodegroupName"],
    )


def read_instance_types(ec2: "EC2Client", names: Iterable[str]) -> dict[str, InstanceType]:
    """Returns the instance types of these names. Asks EC2 only for those that are not in the shipped data.

    Raises botocore's errors unchanged: a ClientError with InvalidInstanceType for a name that EC2 does not know.
    """
    types, unknown = {}, []
    for name in sorted(set(names)):
        try:
            types[name] = instance_type(name)
        except RuleError:
            unknown.append(name)
    return types | {one.name: one for one in _describe(ec2, unknown)}


def _describe(ec2: "EC2Client", names: list[str]) -> Iterator[InstanceType]:
    for start in range(0, len(names), _MOST_AT_ONCE):
        some = cast("list[InstanceTypeType]", names[start : start + _MOST_AT_ONCE])
        pages = ec2.get_paginator("describe_instance_types").paginate(InstanceTypes=some)
        yield from (instance_type_of(described) for page in pages for described in page["InstanceTypes"])


def instance_type_of(described: "InstanceTypeInfoTypeDef") -> InstanceType:
    """Returns an instance type as EC2 describes it, with the AWS VPC CNI's maximum number of pods."""
    architectures = described["ProcessorInfo"]["SupportedArchitectures"]
    return InstanceType(
        described["InstanceType"],
        described["VCpuInfo"]["DefaultVCpus"],
        described["MemoryInfo"]["SizeInMiB"],
        "arm64" if "arm64" in architectures else "x86_64",
        max_pods_of(described["NetworkInfo"]),
        devices_of(described),
    )
