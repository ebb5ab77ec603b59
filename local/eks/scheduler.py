"""Binds pods to nodes: Fargate creates a node for each pod, the default scheduler finds one of a node group or pool."""

import itertools
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.facts import fargate, kubernetes
from emr_eks_placement.kubernetes_objects.node_pools import class_name_of, is_node_pool, read_node_pool, subnet_ids_of
from emr_eks_placement.scheduling.capacity import FargateProfileCapacity, NodePoolCapacity
from emr_eks_placement.scheduling.fargate import granted_size, node_labels, zones_of
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import PodShape, pod_of_manifest
from local.eks.admission import PROFILE_LABEL
from local.eks.cluster import DeployedCluster
from local.kubernetes import CreatedObject, RecordingKubernetesApi

Choice = TypeVar("Choice")


class Unschedulable(Exception):  # noqa: N818 - the reason of a pod's PodScheduled condition
    """No node takes the pod; the message has the reason."""


class Scheduler:
    """Watches for new pods, creates the node for each and binds it. A pod that fits nowhere stays Pending."""

    def __init__(self, cluster: DeployedCluster) -> None:
        self._cluster = cluster
        self._numbers = itertools.count(1)
        self._turns = itertools.count()
        self._lock = threading.Lock()
        self._api: RecordingKubernetesApi | None = None

    def serve(self, api: RecordingKubernetesApi) -> None:
        """Sets the API server whose pods are bound; before this, new pods stay unbound."""
        self._api = api

    def __call__(self, created: CreatedObject) -> None:
        """Binds the pod, or records why it stays Pending."""
        api = self._api
        if created.resource != "pods" or api is None:
            return
        try:
            labels = self._node_labels(created.object, api)
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

    def _node_labels(self, pod: dict[str, Any], api: RecordingKubernetesApi) -> dict[str, str]:
        shape = pod_of_manifest(pod)
        if pod["spec"].get("schedulerName") == fargate.SCHEDULER:
            profile = pod["metadata"]["labels"][PROFILE_LABEL]
            return self._fargate_node(shape, self._cluster.capacity.fargate_profiles[profile])
        return self._ec2_node(shape, api)

    def _fargate_node(self, pod: PodShape, profile: FargateProfileCapacity) -> dict[str, str]:
        region = self._cluster.capacity.region
        zones = zones_of(pod, region, profile.zones)
        if not zones:
            raise Unschedulable(
                "MatchNodeSelector failed: the Fargate profile cannot satisfy pod's node selector/affinity requirements"
            )
        if granted_size(pod.cpu_millis, pod.memory_mib) is None:
            raise Unschedulable("Pod resource requests exceed the largest Fargate configuration, 16 vCPU and 120 GB")
        return node_labels(region, self._next(zones))

    def _ec2_node(self, pod: PodShape, api: RecordingKubernetesApi) -> dict[str, str]:
        found = candidates(pod, {**self._cluster.capacity.node_groups, **node_pools(api, self._cluster)})
        if not found.nodes:
            raise Unschedulable("; ".join(f"{refusal.name}: {refusal.reason}" for refusal in found.refusals))
        return dict(self._next(found.nodes[found.names[0]]).labels)

    def _next(self, choices: Sequence[Choice]) -> Choice:
        with self._lock:
            return choices[next(self._turns) % len(choices)]


def _bind(pod: dict[str, Any], node: str) -> None:
    pod["spec"]["nodeName"] = node
    conditions = [
        {"type": kind, "status": "True"} for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    started = {"running": {"startedAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}}
    containers = [{"name": one["name"], "ready": True, "state": started} for one in pod["spec"]["containers"]]
    pod["status"] = {
        "phase": "Running",
        "podIP": "127.0.0.1",
        "conditions": conditions,
        "containerStatuses": containers,
    }


def node_pools(api: RecordingKubernetesApi, cluster: DeployedCluster) -> dict[str, NodePoolCapacity]:
    """Returns the understood node pools, by name. Subnets are those that a node class names by id."""
    classes = {one["metadata"]["name"]: Field(one) for one in api.objects("nodeclasses")}
    found: dict[str, NodePoolCapacity] = {}
    for pool in filter(is_node_pool, map(Field, api.objects("nodepools"))):
        node_class = classes.get(class_name_of(pool))
        subnets = [one.text() for one in subnet_ids_of(node_class).items()]
        read = read_node_pool(pool, node_class, cluster.zones_of(subnets))
        if not isinstance(read, str):
            found[read.name] = read
    return found
