"""The EKS Fargate admission rule (EKS guide, "Define which Pods use AWS Fargate when launched")."""

from typing import Any

from emr_eks_placement.facts import fargate
from emr_eks_placement.scheduling.fargate import granted_size, matching_profiles
from emr_eks_placement.scheduling.pod import pod_of_manifest
from local.eks.cluster import DeployedCluster
from local.kubernetes import AdmissionRequest

PROFILE_LABEL = "eks.amazonaws.com/fargate-profile"
_COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
_TOLERATION = {"key": _COMPUTE_TYPE, "operator": "Equal", "value": "fargate", "effect": "NoSchedule"}


class FargateAdmission:
    """Gives the pods of a deployed Fargate profile to the Fargate scheduler."""

    def __init__(self, cluster: DeployedCluster) -> None:
        self._cluster = cluster

    def __call__(self, request: AdmissionRequest) -> dict[str, Any]:
        """Returns the object to store: a pod that a profile takes is marked for Fargate, others are unchanged."""
        pod = request.object
        if request.resource != "pods" or request.namespace is None:
            return pod
        metadata = pod["metadata"]
        labels = metadata.setdefault("labels", {})
        if (metadata.get("annotations") or {}).get(_COMPUTE_TYPE) == "ec2":
            return pod
        matching = matching_profiles(self._cluster.capacity.fargate_profiles, request.namespace, labels)
        if not matching:
            return pod
        asked = labels.get(PROFILE_LABEL)
        labels[PROFILE_LABEL] = asked if asked in matching else matching[0]
        spec = pod["spec"]
        spec["schedulerName"] = fargate.SCHEDULER
        spec["tolerations"] = [*(spec.get("tolerations") or []), _TOLERATION]
        shape = pod_of_manifest(pod)
        size = granted_size(shape.cpu_millis, shape.memory_mib)
        if size is not None:
            annotations = metadata.get("annotations") or {}
            metadata["annotations"] = {**annotations, "CapacityProvisioned": str(size)}
        return pod
