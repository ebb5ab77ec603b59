"""GPUs and other accelerators of EC2 instance types, by the resource names that pods request."""

from collections.abc import Mapping
from typing import Any

# The resource of the device plugin of a GPU's vendor (NVIDIA, AMD and Habana device plugins; EKS guide, GPUs).
_GPU_RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "habana": "habana.ai/gaudi"}
# AWS Inferentia and Trainium: devices, also by an older name, and their cores (Neuron guide, Kubernetes).
_NEURON, _NEURON_OLD, _NEURON_CORE = (
    "aws.amazon.com/neuron",
    "aws.amazon.com/neurondevice",
    "aws.amazon.com/neuroncore",
)
# Only an instance type with the device offers these. Other resources come from plugins that any node may have.
INSTANCE_DEVICES = frozenset({*_GPU_RESOURCES.values(), _NEURON, _NEURON_OLD, _NEURON_CORE})


def devices_of(described: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Returns the resources of an instance type and their numbers, in order, from EC2's DescribeInstanceTypes.

    A part of a GPU counts as one, as for its plugin. A GPU that is shared by time counts once, whatever the plugin is
    configured to offer.
    """
    counts: dict[str, int] = {}
    for gpu in described.get("GpuInfo", {}).get("Gpus", []):
        resource = _GPU_RESOURCES.get(gpu["Manufacturer"].lower())
        if resource:
            counts[resource] = counts.get(resource, 0) + gpu.get("LogicalGpuCount", gpu["Count"])
    for device in described.get("NeuronInfo", {}).get("NeuronDevices", []):
        cores = device["Count"] * device["CoreInfo"]["Count"]
        for resource, count in ((_NEURON, device["Count"]), (_NEURON_OLD, device["Count"]), (_NEURON_CORE, cores)):
            counts[resource] = counts.get(resource, 0) + count
    return tuple(sorted(counts.items()))
