"""Node pools of EKS Auto Mode: NodePools with their NodeClasses.

Source: Karpenter's NodePool (karpenter.sh/v1) and the EKS guide's node class specification.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import TypeVar

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.facts import auto_mode, kubernetes
from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.facts.quantities import cpu_millis, memory_mib
from emr_eks_placement.facts.regions import region_of_zone
from emr_eks_placement.job.placement import CapacityType, Taint
from emr_eks_placement.scheduling.affinity import matches
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, NodePoolCapacity

_BUILT_IN_CLASS = "default"  # EKS's own: with the cluster's subnets and the default disk
_CAPACITY_TYPES: tuple[CapacityType, ...] = ("on-demand", "spot")  # the default of a pool
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
_RESERVED_DOMAINS = ("kubernetes.io", "k8s.io", "karpenter.sh", "eks.amazonaws.com")

Choice = TypeVar("Choice")


def is_node_class(one: Field) -> bool:
    """Returns whether the Kubernetes object is a node class of EKS Auto Mode."""
    return one["kind"].value == "NodeClass" and str(one["apiVersion"].value).startswith("eks.amazonaws.com/")


def is_node_pool(one: Field) -> bool:
    """Returns whether the Kubernetes object is a node pool of EKS Auto Mode, not one of a self-managed Karpenter."""
    return _is_pool(one) and _class_of(one)["group"].value == "eks.amazonaws.com"


def is_karpenter_pool(one: Field) -> bool:
    """Returns whether the Kubernetes object is a node pool of a self-managed Karpenter."""
    return _is_pool(one) and not is_node_pool(one)


def _is_pool(one: Field) -> bool:
    return one["kind"].value == "NodePool" and str(one["apiVersion"].value).startswith("karpenter.sh/")


def class_name_of(pool: Field) -> str:
    """Returns the name of the pool's node class."""
    return _class_of(pool)["name"].text()


def _class_of(pool: Field) -> Field:
    return pool["spec"]["template"]["spec"]["nodeClassRef"]


def subnet_ids_of(node_class: Field | None) -> Field:
    """Returns the list of its subnets' ids; empty if unknown, or if it selects a subnet by tags."""
    terms = node_class["spec"]["subnetSelectorTerms"] if node_class else Field(None)
    ids = [term["id"].value for term in terms.items()]
    return Field([] if None in ids else ids, terms.path)


def named_beside(groups: Container[str], pools: Mapping[str, NodePoolCapacity]) -> dict[str, NodePoolCapacity]:
    """Returns the pools by names that differ from these names of node groups."""
    return {f"{name} (node pool)" if name in groups else name: pool for name, pool in pools.items()}


def read_node_pool(pool: Field, node_class: Field | None, zones: tuple[str, ...]) -> NodePoolCapacity | str:
    """Returns the pool, or a description if its nodes are not understood.

    node_class: None if unknown, as for EKS's own; zones: of its subnets, or the cluster's if those are unknown. Of
    limits, only CPU is read. Raises RuleError for a malformed value or one known only at deployment.
    """
    name, template = pool["metadata"]["name"].text(), pool["spec"]["template"]
    requirements = [_Requirement(one) for one in template["spec"]["requirements"].items()]
    unknown = sorted(one.key for one in requirements if not one.is_known)
    if unknown:
        return f"node pool {name} also creates nodes, by requirements that are not read: {', '.join(unknown)}"
    if pool["spec"]["replicas"].value is not None:
        return f"node pool {name} keeps a number of nodes too"
    labels = {key: value.text() for key, value in template["metadata"]["labels"].entries().items()}
    return NodePoolCapacity(
        name=name,
        machines=_allowed(requirements, _machines(requirements), _labels_of_machine),
        capacity_types=_allowed(
            requirements,
            sorted(_CAPACITY_TYPES, key=_order_in(requirements, kubernetes.POOL_CAPACITY_TYPE)),
            lambda capacity_type: {kubernetes.POOL_CAPACITY_TYPE: capacity_type},
        ),
        labels=labels | {one.key: one.values[0] for one in requirements if one.is_label},
        taints=tuple(_taint(one) for one in template["spec"]["taints"].items()),
        zones=_zones(requirements, zones),
        max_vcpus=_vcpus(pool["spec"]["limits"]["cpu"]),
        disk_gib=_disk_gib(class_name_of(pool), node_class),
    )


class _Requirement:
    """A requirement of a pool's nodes. is_label: whether it adds a label of the pool to them."""

    def __init__(self, given: Field) -> None:
        self.key, self.operator = given["key"].text(), given["operator"].text()
        self.values = [one.text() for one in given["values"].items()]
        is_own = self.key not in _KNOWN and not self.key.rpartition("/")[0].endswith(_RESERVED_DOMAINS)
        self.is_label = is_own and self.operator == "In" and len(self.values) == 1
        compares = self.operator in ("Gt", "Lt")
        self.is_known = self.is_label or (
            self.key in _KNOWN and self.operator in _OPERATORS and (not compares or len(self.values) == 1)
        )

    def allows(self, labels: dict[str, str]) -> bool:
        """Returns whether such a node may be created. A node can't have a label of instance types that its own type
        lacks."""
        expression = {"key": self.key, "operator": self.operator, "values": self.values}
        is_other = self.key not in labels and (
            self.key not in auto_mode.label_keys() or kubernetes.INSTANCE_TYPE not in labels
        )
        return is_other or matches([{"matchExpressions": [expression]}], labels)


def _allowed(
    requirements: list[_Requirement], choices: Iterable[Choice], labels_of: Callable[[Choice], dict[str, str]]
) -> tuple[Choice, ...]:
    return tuple(one for one in choices if all(need.allows(labels_of(one)) for need in requirements))


def _order_in(requirements: list[_Requirement], key: str) -> Callable[[str], int]:
    """Returns the position of a value in the requirement that lists it."""
    listed = next((one.values for one in requirements if one.key == key and one.operator == "In"), [])
    return lambda value: listed.index(value) if value in listed else len(listed)


def _machines(requirements: list[_Requirement]) -> list[InstanceType]:
    order = _order_in(requirements, kubernetes.INSTANCE_TYPE)
    return sorted(auto_mode.supported_instance_types(), key=lambda machine: order(machine.name))


def _labels_of_machine(machine: InstanceType) -> dict[str, str]:
    return {
        **auto_mode.instance_labels(machine),
        kubernetes.INSTANCE_TYPE: machine.name,
        kubernetes.ARCHITECTURE: machine.kubernetes_architecture,
        kubernetes.OPERATING_SYSTEM: "linux",
        kubernetes.COMPUTE_TYPE: "auto",
    }


# The network bandwidth of instance types with several network cards is not known.
_KNOWN = {
    *_labels_of_machine(auto_mode.supported_instance_types()[0]),
    *auto_mode.label_keys(),
    kubernetes.POOL_CAPACITY_TYPE,
    kubernetes.ZONE,
    kubernetes.REGION,
} - {"eks.amazonaws.com/instance-network-bandwidth"}


def _zones(requirements: list[_Requirement], zones: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the zones that the requirements allow; if a zone is unknown, all that they list."""
    if not zones or UNKNOWN_ZONE in zones:
        listed = [one.values for one in requirements if one.key == kubernetes.ZONE and one.operator == "In"]
        return tuple(listed[0]) if listed else (UNKNOWN_ZONE,)
    return _allowed(requirements, zones, lambda zone: {kubernetes.ZONE: zone, kubernetes.REGION: region_of_zone(zone)})


def _taint(taint: Field) -> Taint:
    key, value, effect = taint["key"].text(), taint["value"].text(""), taint["effect"].text()
    taint["key"].checked(lambda: kubernetes.check_label_key(key))
    taint["value"].checked(lambda: kubernetes.check_label_value(value))
    if effect not in kubernetes.EKS_TAINT_EFFECTS:
        rule = f"the effects are {', '.join(kubernetes.EKS_TAINT_EFFECTS)} (Kubernetes taints)"
        raise taint["effect"].refused(rule, "Write one of these")
    return Taint.model_validate({"key": key, "value": value, "effect": effect})


def _vcpus(limit: Field) -> int | None:
    text = limit.value if isinstance(limit.value, int) else limit.text("")
    return limit.checked(lambda: cpu_millis(text)) // 1000 if text != "" else None


def _disk_gib(class_name: str, node_class: Field | None) -> int | None:
    """Returns the size of the volume of pods' files; None if unknown."""
    if node_class is None:
        return auto_mode.DEFAULT_DISK_GIB if class_name == _BUILT_IN_CLASS else None
    size = node_class["spec"]["ephemeralStorage"]["size"]
    text = size.text(f"{auto_mode.DEFAULT_DISK_GIB}Gi")
    return size.checked(lambda: memory_mib(text)) // 1024
