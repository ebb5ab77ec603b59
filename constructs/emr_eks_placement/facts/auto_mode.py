"""EKS Auto Mode: the instance types of its node pools, and the properties of its nodes.

Source: the EKS user guide, EKS Auto Mode supported instance reference, supported labels, node class specification; for
the values of labels also an observed node (c6a.large, Kubernetes 1.34).
"""

import re
from functools import cache

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.instance_types import InstanceType, instance_type, instance_types
from emr_eks_placement.facts.shipped import shipped

# The maximum of a node, independent of its instance type's network interfaces (EKS guide, node class considerations).
MOST_PODS = 110
# The default of a node class (EKS guide, node class specification).
DEFAULT_DISK_GIB = 80
# Names of EKS's own node class and node pools (EKS guide, node class considerations).
BUILT_IN_NAMES = ("default", "general-purpose", "system")

# By category, in the order of the guide, for comparison.
_LISTED = """
c8id c8i c8i-flex c8gd c8gn c8g c8a c8gb c7a c7g c7gn c7gd c7i c7i-flex c6a c6g c6i c6gn c6id c6in c6gd c5 c5a c5d
c5ad c5n c4
m8id m8i m8i-flex m8a m8azn m8gn m8gb m8gd m8g m7i m7a m7g m7gd m7i-flex m6a m6i m6in m6g m6idn m6id m6gd m5 m5a
m5ad m5n m5dn m5d m5zn m4
r8id r8i r8i-flex r8gn r8gb r8gd r8g r8a r7a r7iz r7gd r7i r7g r6a r6i r6id r6in r6idn r6g r6gd r5 r5n r5a r5dn r5b
r5ad r5d r4
t4g t3 t3a t2
z1d x8aedz x8g x8i x2gd
i8ge i7i i8g i7ie i4g i4i i3 i3en is4gen d3 d3en im4gn
p6-b200 p6-b300 p5 p5e p5en p4d p4de p3dn g7e g6 gr6 g6e g5g g5 g4dn g4ad inf2 inf1 trn1 trn1n trn2
hpc8a x2iezn x2iedn x2idn
"""
_FAMILIES = frozenset(_LISTED.split())
_SMALL_SIZES = ("nano", "micro", "small")


def check_instance_type(name: str) -> str:
    """Returns the name. Raises RuleError for an instance type that EC2 does not have or EKS Auto Mode does not support."""
    machine = instance_type(name)
    if not _is_supported(machine):
        raise RuleError(
            name,
            "EKS Auto Mode creates no nodes of this instance type: of its families, it takes sizes with more than one vCPU "
            f"and above {_SMALL_SIZES[-1]} (EKS guide, EKS Auto Mode supported instance reference)",
            "Write for example m6i.2xlarge, or use a node group",
        )
    return name


@cache
def supported_instance_types() -> tuple[InstanceType, ...]:
    """Returns all instance types that EKS Auto Mode supports."""
    return tuple(machine for machine in instance_types() if _is_supported(machine))


def _is_supported(machine: InstanceType) -> bool:
    family, _, size = machine.name.partition(".")
    return family in _FAMILIES and machine.vcpus > 1 and size not in _SMALL_SIZES


# Labels eks.amazonaws.com/instance-* with values in the shipped data, as Karpenter derives them from EC2's description.
DESCRIBED_LABELS = (
    "hypervisor",
    "cpu-manufacturer",
    "cpu-sustained-clock-speed-mhz",
    "ebs-bandwidth",
    "network-bandwidth",
    "encryption-in-transit-supported",
    "local-nvme",
    "gpu-name",
    "gpu-manufacturer",
    "gpu-count",
    "gpu-memory",
)
# An instance type without a value in the data does not have these labels; it has the others, with an unknown value.
_WHERE_PRESENT = ("local-nvme", "gpu-name", "gpu-manufacturer", "gpu-count", "gpu-memory")
_ACCELERATOR_LABELS = ("accelerator-name", "accelerator-manufacturer", "accelerator-count")


def instance_labels(machine: InstanceType) -> dict[str, str]:
    """Returns the labels that distinguish a node's instance type, in addition to those of Kubernetes."""
    family, _, size = machine.name.partition(".")
    labels = {"family": family, "size": size, "cpu": str(machine.vcpus), "memory": str(machine.memory_mib)}
    labels["capability-flex"] = str(family.endswith("-flex")).lower()
    series = re.match("([a-z]+)([0-9]+)", family)
    if series:
        labels |= {"category": series[1], "generation": series[2]}
    labels |= {key: str(value) for key, value in _described(machine).items() if value is not None}
    return {_key(name): value for name, value in labels.items()}


def unknown_instance_labels(machine: InstanceType) -> frozenset[str]:
    """Returns the keys of such labels that a node of the instance type has or may have with an unknown value."""
    described = _described(machine)
    missing = {key for key in DESCRIBED_LABELS if described.get(key) is None}
    if described and not (any("gpu" in device for device, _ in machine.devices) and "gpu-name" in missing):
        missing.difference_update(_WHERE_PRESENT)
    if any("neuron" in device for device, _ in machine.devices):
        missing.update(_ACCELERATOR_LABELS)
    return frozenset(map(_key, missing))


@cache
def label_keys() -> frozenset[str]:
    """Returns the keys of all labels that `instance_labels` can return."""
    return frozenset(key for machine in supported_instance_types() for key in instance_labels(machine))


def _described(machine: InstanceType) -> dict[str, str | int | None]:
    values = shipped("auto_mode_labels").get(machine.name, ())
    return dict(zip(DESCRIBED_LABELS, values, strict=False))


def _key(name: str) -> str:
    return f"eks.amazonaws.com/instance-{name}"
