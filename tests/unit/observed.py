"""Pods, nodes and events as the Kubernetes API of EKS has them while a run goes on, for tests that change one thing."""

import copy
from typing import Any

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.observation import ObservedPod, observed_pod
from tests.unit.planned import LABEL, NAMESPACE, ZONE_A

Data = dict[str, Any]
RUN = "0000000abc"
COMPONENTS = {"submitter": "job.submitter", "driver": "driver", "executors": "executor"}
FARGATE_NODE = {kubernetes.COMPUTE_TYPE: "fargate", kubernetes.ZONE: ZONE_A}
EC2_NODE = {
    kubernetes.NODE_GROUP: "nodes",
    kubernetes.ZONE: ZONE_A,
    kubernetes.INSTANCE_TYPE: "m6i.4xlarge",
    kubernetes.CAPACITY_TYPE: "ON_DEMAND",
}
STARTED = "2026-01-01T10:00:00Z"


def pod(role: str = "driver", name: str | None = None, *, node: str | None = "ip-1", **status: Any) -> Data:
    """By default on EC2 and running."""
    labels = {emr.JOB_ID_LABEL: RUN, emr.COMPONENT_LABEL: COMPONENTS[role]}
    container = {"name": "main", "resources": {"requests": {"cpu": "1", "memory": "2Gi"}}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name or f"{role}-1", "namespace": NAMESPACE, "labels": labels, "annotations": {}},
        "spec": {"containers": [container]} | ({"nodeName": node} if node else {}),
        "status": {"phase": "Running", "startTime": STARTED} | status,
    }


def on_fargate(one: Data, size: str = "2vCPU 4GB", profile: str = "spark") -> Data:
    """The pod as EKS changes it when a profile takes it."""
    one = copy.deepcopy(one)
    one["spec"]["schedulerName"] = "fargate-scheduler"
    one["metadata"]["labels"] |= {kubernetes.FARGATE_PROFILE: profile, LABEL: "fargate"}
    one["metadata"]["annotations"] |= {"CapacityProvisioned": size}
    return one


def pending(one: Data, message: str = "0/2 nodes are available") -> Data:
    """The pod as the scheduler leaves one that fits nowhere."""
    one = copy.deepcopy(one)
    one["spec"].pop("nodeName", None)
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    one["status"] = {"phase": "Pending", "conditions": [condition]}
    return one


def seen(one: Data, labels: dict[str, str] | None = None) -> ObservedPod:
    """The pod, its node having these labels."""
    node = one["spec"].get("nodeName")
    found = observed_pod(Field(one), {node: EC2_NODE if labels is None else labels} if node else {})
    assert found is not None
    return found


def event(about: str, reason: str, message: str, *, kind: str = "Pod", when: str = STARTED) -> Data:
    """A warning."""
    involved = {"kind": kind, "name": about, "namespace": NAMESPACE}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{about}.{abs(hash((about, reason, message, when))):x}", "namespace": NAMESPACE},
        "involvedObject": involved,
        "type": "Warning",
        "reason": reason,
        "message": message,
        "lastTimestamp": when,
    }
