"""EKS managed node groups of an assembly.

Defaults are those of EKS: instance types, disk size and capacity type are from botocore's service model
(CreateNodegroup). The default sizes have no AWS source; they are from pulumi/pulumi-eks issue 916.
"""

from collections.abc import Iterator

from emr_eks_placement.assembly.cloud_assembly import Resource
from emr_eks_placement.assembly.network import subnets_of, zones_of
from emr_eks_placement.assembly.values import Reference, Resolver
from emr_eks_placement.common.document_field import Field, Unresolved
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.instance_types import InstanceType, instance_type
from emr_eks_placement.job.placement import CAPACITY_TYPE_LABEL_VALUES, CapacityType, Taint
from emr_eks_placement.scheduling.capacity import NodeGroupCapacity

_LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
_DEFAULT_INSTANCE_TYPE = "t3.medium"
_DEFAULT_DISK_GIB = 20
_DEFAULT_SIZES = (1, 2, 2)  # minimum, initial and maximum size
_CAPACITY_TYPES: dict[str, CapacityType] = {name: kind for kind, name in CAPACITY_TYPE_LABEL_VALUES.items()}
_EFFECTS = {name: effect for effect, name in kubernetes.EKS_TAINT_EFFECTS.items()}
# The volume of pods' files: the root volume; the second volume on Bottlerocket, because its root is read-only.
_ROOT_DEVICES = ("/dev/xvda", "/dev/sda1")
_BOTTLEROCKET_DEVICES = ("/dev/xvdb",)
_AUTO_SCALING_GROUP, _HELM_CHART = "AWS::AutoScaling::AutoScalingGroup", "Custom::AWSCDK-EKS-HelmChart"
KARPENTER_NODES = "Karpenter also creates nodes"
OTHER_NODE_KINDS = (_AUTO_SCALING_GROUP, _HELM_CHART)
_OWNER_TAG = "kubernetes.io/cluster/"  # followed by the cluster's name: a tag of the instances that join it (EKS guide)


def read_node_group(resource: Resource, group: Field, resolver: Resolver) -> NodeGroupCapacity:
    """Returns the node group that the resolved properties describe. Raises RuleError for a malformed value, and for one
    that is known only at deployment."""
    template = _launch_template(resource, group["LaunchTemplate"], resolver)
    least, initial, most = _sizes(group["ScalingConfig"])
    if not group["Subnets"].value:
        raise group["Subnets"].refused("a node group has subnets (EKS CreateNodegroup)", "Name one or more")
    return NodeGroupCapacity(
        machines=tuple(_machines(group, template)),
        capacity_type=_capacity_type(group["CapacityType"]),
        labels=_labels(group["Labels"]),
        taints=tuple(_taint(taint) for taint in group["Taints"].items()),
        zones=zones_of(subnets_of(group["Subnets"], resolver)),
        min_size=least,
        initial_size=initial,
        max_size=most,
        disk_gib=_disk_gib(group, template),
        deployed_name=group["NodegroupName"].known_text(),
    )


def _launch_template(resource: Resource, given: Field, resolver: Resolver) -> Field | None:
    """Returns the data of the node group's launch template; None if the template is not in the assembly, empty without
    a template."""
    if given.value is None:
        return Field(None)
    id_, name = given["Id"].value, given["Name"].known_text()
    if isinstance(id_, Reference) and id_.resource.kind == _LAUNCH_TEMPLATE:
        return resolver.properties(id_.resource)["LaunchTemplateData"]
    for one in resolver.resources(_LAUNCH_TEMPLATE) if name is not None else ():
        properties = resolver.properties(one)
        if properties["LaunchTemplateName"].value == name and one.stack.shares_environment(resource.stack):
            return properties["LaunchTemplateData"]
    return None


def _machines(group: Field, template: Field | None) -> list[InstanceType]:
    """Returns the instance types of the group, or of its launch template, or EKS's default."""
    types = group["InstanceTypes"]
    if types.items():
        return [_machine(one, one.text()) for one in types.items()]
    one = None if template is None else template["InstanceType"]
    if one is None or not isinstance(one.value, str | None):
        raise RuleError(
            group["LaunchTemplate"].value,
            "this launch template sets the instance type, and is not in the assembly or sets it only at deployment",
            "Set the node group's instance types",
            path=group["LaunchTemplate"].path,
        )
    return [_machine(types, one.text(_DEFAULT_INSTANCE_TYPE))]


def _machine(field: Field, name: str) -> InstanceType:
    return field.checked(lambda: instance_type(name))


def _capacity_type(field: Field) -> CapacityType:
    name = field.text("ON_DEMAND")
    if name not in _CAPACITY_TYPES:
        raise field.refused(
            f"the capacity types that are planned for are {', '.join(_CAPACITY_TYPES)}", "Use one of them"
        )
    return _CAPACITY_TYPES[name]


def _labels(field: Field) -> dict[str, str]:
    labels = {key: value.text() for key, value in field.entries().items()}
    return field.checked(lambda: kubernetes.check_labels(labels))


def _taint(taint: Field) -> Taint:
    key, value, effect = taint["Key"].text(), taint["Value"].text(""), taint["Effect"].text()
    taint["Key"].checked(lambda: kubernetes.check_label_key(key))
    taint["Value"].checked(lambda: kubernetes.check_label_value(value))
    if effect not in _EFFECTS:
        raise taint["Effect"].refused(f"the effects are {', '.join(_EFFECTS)} (EKS TaintEffect)", "Write one of these")
    return Taint.model_validate({"key": key, "value": value, "effect": _EFFECTS[effect]})


def _sizes(scaling: Field) -> tuple[int, int, int]:
    """Returns the minimum, initial and maximum number of nodes. EKS takes all three or none (NodegroupScalingConfig)."""
    if scaling.value is None:
        return _DEFAULT_SIZES
    return scaling["MinSize"].number(), scaling["DesiredSize"].number(), scaling["MaxSize"].number()


def _disk_gib(group: Field, template: Field | None) -> int | None:
    """Returns the size of the volume of pods' files, in GiB; None if unknown."""
    if template is None or not isinstance(group["DiskSize"].value, str | int | None):
        return None
    if group["DiskSize"].value is not None:
        return group["DiskSize"].number()
    bottlerocket = (group["AmiType"].known_text() or "").startswith("BOTTLEROCKET")
    devices = _BOTTLEROCKET_DEVICES if bottlerocket else _ROOT_DEVICES
    for mapping in template["BlockDeviceMappings"].items():
        if mapping["DeviceName"].known_text() in devices:
            size = mapping["Ebs"]["VolumeSize"]
            return size.number() if isinstance(size.value, str | int) else None
    # A custom image has its own volumes.
    return _DEFAULT_DISK_GIB if template["ImageId"].value is None else None


def other_nodes(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, Field]]:
    """Yields a description of the resource and the name of the cluster whose nodes it creates; nothing if it creates
    no nodes."""
    properties = resolver.properties(resource)
    if resource.kind == _AUTO_SCALING_GROUP:
        tags = properties["Tags"]
        for tag in tags.items() if isinstance(tags.value, list) else ():
            cluster = _owner(tag["Key"])
            if cluster is not None:
                yield "self-managed nodes also join it", cluster
    elif any(_is_karpenter(properties[key].known_text()) for key in ("Chart", "Repository")):
        yield KARPENTER_NODES, properties["ClusterName"]


def _owner(key: Field) -> Field | None:
    """Returns the cluster's name, or the reference to it, from the key of such a tag."""
    match key.value:
        case str(text) if text.startswith(_OWNER_TAG):
            return Field(text.removeprefix(_OWNER_TAG), key.path)
        case Unresolved(parts=(str(text), cluster)) if text == _OWNER_TAG:
            return Field(cluster, key.path)
    return None


def _is_karpenter(chart: str | None) -> bool:
    return chart is not None and chart.rpartition("/")[2] == "karpenter"
