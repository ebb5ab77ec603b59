"""GPUs and other accelerators of EC2 instance types, by the names that pods request them by."""

from collections.abc import Mapping
from typing import Any

# The resource that the device plugin of a GPU's maker offers (NVIDIA, AMD and Habana device plugins; EKS guide, GPUs).
_GPU_RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "habana": "habana.ai/gaudi"}
# Of AWS Inferentia and Trainium: devices, also by an older name, and their cores (Neuron guide, Kubernetes).
_NEURON, _NEURON_OLD, _NEURON_CORE = (
    "aws.amazon.com/neuron",
    "aws.amazon.com/neurondevice",
    "aws.amazon.com/neuroncore",
)
# What only an instance type with the device can offer. Other resources come from plugins that any node may have.
INSTANCE_DEVICES = frozenset({*_GPU_RESOURCES.values(), _NEURON, _NEURON_OLD, _NEURON_CORE})


def devices_of(described: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """The resources and their numbers, in order, of an instance type as EC2's DescribeInstanceTypes describes it.

    A part of a GPU counts as one, as its plugin sees it. GPUs that are shared by time count once here, whatever the plugin
    is set to offer.
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
