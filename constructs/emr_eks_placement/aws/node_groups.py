"""The managed node groups of a live cluster."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from emr_eks_placement.aws.eks import node_groups as eks_node_groups
from emr_eks_placement.aws.eks import shown_names
from emr_eks_placement.aws.instance_types import read_instance_types
from emr_eks_placement.aws.launch_templates import LaunchTemplate, read_launch_template
from emr_eks_placement.aws.other_nodes import Instance
from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.facts.kubernetes import EKS_TAINT_EFFECTS
from emr_eks_placement.job.placement import Taint
from emr_eks_placement.scheduling.capacity import NodeGroupCapacity, RunningNodes

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_eks import EKSClient
    from types_boto3_eks.type_defs import NodegroupTypeDef

_TAINT_EFFECTS = {name: effect for effect, name in EKS_TAINT_EFFECTS.items()}
# Used if neither the group nor its launch template names one (botocore's service model of eks, CreateNodegroup).
_DEFAULT_INSTANCE_TYPE = "t3.medium"
_NO_NODES = ("CREATE_FAILED", "DELETING")
# The volume of a node's containers: Bottlerocket of EKS has a separate volume for them, other Linux uses the root volume.
_DATA_DEVICES = {True: ("/dev/xvdb",), False: ("/dev/xvda", "/dev/sda1")}


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
