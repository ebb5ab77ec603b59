"""Binds pods to nodes: Fargate makes a node for each pod, the default scheduler finds one of a node group."""

import itertools
import threading
from collections.abc import Sequence
from typing import Any, TypeVar

from emr_eks_placement.environment import FargateProfile
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.scheduling.fargate import granted_size, unsatisfied_by_fargate
from emr_eks_placement.scheduling.nodes import candidates, node_labels
from emr_eks_placement.scheduling.pod import PodShape, pod_of_manifest
from local.eks.admission import FARGATE_SCHEDULER, PROFILE_LABEL
from local.eks.cluster import DeployedCluster
from local.kubernetes import CreatedObject, RecordingKubernetesApi

Choice = TypeVar("Choice")

NODE_GROUP_LABEL = "eks.amazonaws.com/nodegroup"


class Unschedulable(Exception):  # noqa: N818 - the reason of a pod's PodScheduled condition
    """No node takes the pod; the message says why."""


class Scheduler:
    """Watches pods being created, makes the node that each goes to and binds it; what fits nowhere stays Pending."""

    def __init__(self, cluster: DeployedCluster) -> None:
        self._cluster = cluster
        self._numbers = itertools.count(1)
        self._turns = itertools.count()
        self._lock = threading.Lock()
        self._api: RecordingKubernetesApi | None = None

    def serve(self, api: RecordingKubernetesApi) -> None:
        """Names the API server whose pods are bound; before this, pods stay as they are created."""
        self._api = api

    def __call__(self, created: CreatedObject) -> None:
        """Binds the pod, or records why it stays Pending."""
        api = self._api
        if created.resource != "pods" or api is None:
            return
        try:
            labels = self._node_labels(created.object)
        except Unschedulable as reason:
            status = {
                "phase": "Pending",
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": str(reason)}
                ],
            }
            api.put_status("pods", created.name, created.namespace, status)
            return
        name = f"{'fargate-' if labels.get(kubernetes.COMPUTE_TYPE) == 'fargate' else ''}ip-{next(self._numbers)}"
        api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
        api.update("pods", created.name, created.namespace, lambda pod: _bind(pod, name))

    def _node_labels(self, pod: dict[str, Any]) -> dict[str, str]:
        shape = pod_of_manifest(pod)
        if pod["spec"].get("schedulerName") == FARGATE_SCHEDULER:
            profile = pod["metadata"]["labels"][PROFILE_LABEL]
            return self._fargate_node(shape, self._cluster.capacity.fargate_profiles[profile])
        return self._ec2_node(shape)

    def _fargate_node(self, pod: PodShape, profile: FargateProfile) -> dict[str, str]:
        unsatisfied = unsatisfied_by_fargate(pod.node_selector, self._cluster.capacity.region, profile.zones)
        if unsatisfied:
            raise Unschedulable(
                f"MatchNodeSelector failed: the Fargate profile cannot satisfy pod's node selector {'='.join(unsatisfied)}"
            )
        if granted_size(pod.cpu_millis, pod.memory_mib) is None:
            raise Unschedulable("Pod resource requests exceed the largest Fargate configuration, 16 vCPU and 120 GB")
        zone = pod.node_selector.get(kubernetes.ZONE) or self._next(profile.zones)
        return {
            kubernetes.COMPUTE_TYPE: "fargate",
            kubernetes.ZONE: zone,
            kubernetes.REGION: self._cluster.capacity.region,
            kubernetes.ARCHITECTURE: "amd64",
            kubernetes.OPERATING_SYSTEM: "linux",
        }

    def _ec2_node(self, pod: PodShape) -> dict[str, str]:
        capacity = self._cluster.capacity
        found = candidates(pod, capacity.node_groups, capacity.zones)
        if not found.node_groups:
            raise Unschedulable("; ".join(f"{refusal.node_group}: {refusal.reason}" for refusal in found.refusals))
        name = found.node_groups[0]
        group = capacity.node_groups[name]
        nodes = [node_labels(group, machine, zone) for machine in group.machines for zone in group.zones]
        fitting = [labels for labels in nodes if pod.node_selector.items() <= labels.items()]
        return {**self._next(fitting), NODE_GROUP_LABEL: name}

    def _next(self, choices: Sequence[Choice]) -> Choice:
        with self._lock:
            return choices[next(self._turns) % len(choices)]


def _bind(pod: dict[str, Any], node: str) -> None:
    pod["spec"]["nodeName"] = node
    conditions = [
        {"type": kind, "status": "True"} for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    pod["status"] = {"phase": "Running", "podIP": "127.0.0.1", "conditions": conditions}
