"""Every field of a pod, and how a plan handles it: modeled, irrelevant to placement, refused, or reported by a warning.

The fields are those of the Kubernetes API's schema from 1.32 on, the oldest version that EKS supports; a test compares
them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.problems import Problem

How = Literal["modelled", "harmless", "refused", "warned"]


@dataclass(frozen=True)
class Handling:
    """How a plan handles a field.

    why: what models or refuses it, why it is irrelevant, or what it can change; code: of the warning; below: the type
    of its content, whose fields are in the table too.
    """

    how: How
    why: str
    code: str = ""
    below: str = ""


def _all(how: How, why: str, *names: str, code: str = "") -> dict[str, Handling]:
    return {name: Handling(how, why, code) for name in names}


_CONTENT = "what the container does once it runs"
_BY_EMR = "EMR's list of allowed fields leaves it out (TEMPLATE_REFUSED)"
_OTHER_CLOUD = "a volume that no EKS node is known to mount"

_POD_SPEC = {
    **{
        name: Handling("modelled", "requests, host ports and rules of the API, of each container", below="Container")
        for name in ("containers", "initContainers")
    },
    "volumes": Handling("modelled", "by type", below="Volume"),
    "affinity": Handling("modelled", "by kind", below="Affinity"),
    "tolerations": Handling("modelled", "against the taints of nodes", below="Toleration"),
    "topologySpreadConstraints": Handling(
        "modelled", "against nodes and the job's own pods", below="TopologySpreadConstraint"
    ),
    **_all("modelled", "against the labels of nodes", "nodeSelector"),
    **_all("modelled", "EC2_NODE_NAME, FARGATE_SCHEDULER, EC2_SCHEDULER", "nodeName", "schedulerName"),
    **_all("refused", "the API refuses it on creation (API_REFUSED)", "ephemeralContainers"),
    **_all("harmless", "Spark writes its own value over it", "restartPolicy"),
    **_all("harmless", "names inside the pod and of it", "enableServiceLinks", "hostAliases", "hostname", "subdomain"),
    **_all("harmless", "credentials of the image pull, after the pod has landed", "imagePullSecrets"),
    **_all("harmless", "how the pod ends", "activeDeadlineSeconds", "terminationGracePeriodSeconds"),
    **_all("harmless", "whether services send to it; Spark does not wait for it", "readinessGates"),
    **_all("warned", "eviction by priority", "priorityClassName", code="POD_PRIORITY"),
    **_all("refused", "without a class (API_REFUSED); with one the class is warned of", "priority", "preemptionPolicy"),
    **_all("warned", "its overhead and node selector are not read", "runtimeClassName", code="POD_RUNTIME_CLASS"),
    **_all("refused", "without a RuntimeClass (API_REFUSED); with one the class is warned of", "overhead"),
    **_all(
        "refused",
        _BY_EMR,
        *("automountServiceAccountToken", "dnsConfig", "dnsPolicy", "evictionResponders", "hostIPC", "hostNetwork"),
        *("hostPID", "hostUsers", "hostnameOverride", "os", "resourceClaims", "resources", "schedulingGates"),
        *("schedulingGroup", "securityContext", "serviceAccount", "serviceAccountName", "setHostnameAsFQDN"),
        *("shareProcessNamespace", "workloadRef"),
    ),
}
_CONTAINER = {
    **_all("harmless", _CONTENT, "args", "command", "env", "envFrom", "stdin", "stdinOnce", "tty", "workingDir"),
    **_all("harmless", _CONTENT, "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"),
    **_all("harmless", _CONTENT, "terminationMessagePath", "terminationMessagePolicy"),
    **_all("harmless", "pulled after the pod has landed; its name has no say", "image", "imagePullPolicy", "name"),
    **_all("harmless", "resources change only after the pod has landed", "resizePolicy"),
    **_all("harmless", "what happens when the container ends", "restartPolicyRules"),
    **_all("modelled", "an init container that restarts runs beside the others", "restartPolicy"),
    **_all("modelled", "FARGATE_PRIVILEGED, POD_SECURITY", "securityContext"),
    **_all("harmless", "the volumes have their say, not where they are mounted", "volumeMounts", "volumeDevices"),
    "ports": Handling("modelled", "host ports", below="ContainerPort"),
    "resources": Handling("modelled", "sums of requests", below="ResourceRequirements"),
}
_VOLUME = {
    **_all("harmless", "created on the node that the pod lands on", "emptyDir", "downwardAPI", "projected"),
    **_all("harmless", "read by the kubelet after the pod has landed", "configMap", "secret", "image", "gitRepo"),
    **_all("harmless", "a network file system, of any zone", "nfs", "name"),
    **_all("modelled", "FARGATE_VOLUME, POD_SECURITY; every EC2 node has directories", "hostPath"),
    **_all("modelled", "FARGATE_VOLUME; EC2 nodes of the driver's add-on", "csi"),
    **_all("modelled", "FARGATE_VOLUME; created with the pod, in its zone", "ephemeral"),
    **_all("modelled", "VOLUME_ZONE, VOLUME_SHARED, FARGATE_CLAIM", "persistentVolumeClaim"),
    **_all("warned", "an EBS volume is in one zone, with its pods", "awsElasticBlockStore", code="POD_NOT_MODELLED"),
    **_all(
        "warned",
        _OTHER_CLOUD,
        *(
            "azureDisk",
            "azureFile",
            "cephfs",
            "cinder",
            "fc",
            "flexVolume",
            "flocker",
            "gcePersistentDisk",
            "glusterfs",
        ),
        *("iscsi", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
        code="POD_NOT_MODELLED",
    ),
}
_SELECTED = "against the labels of pods"
FIELDS: Mapping[str, Mapping[str, Handling]] = MappingProxyType(
    {
        "PodSpec": _POD_SPEC,
        "Container": _CONTAINER,
        "Volume": _VOLUME,
        "ResourceRequirements": {
            **_all("modelled", "summed over the containers, against what nodes have", "requests", "limits"),
            **_all("refused", "needs resourceClaims of the pod, which EMR refuses", "claims"),
        },
        "ContainerPort": {
            **_all("modelled", "one pod a node binds it", "hostPort", "hostIP", "protocol"),
            **_all("harmless", "inside the pod", "containerPort", "name"),
        },
        "Affinity": {
            "nodeAffinity": Handling("modelled", "against the labels of nodes", below="NodeAffinity"),
            "podAffinity": Handling("modelled", "against the job's own pods", below="PodAffinity"),
            "podAntiAffinity": Handling("modelled", "against the job's own pods", below="PodAntiAffinity"),
        },
        "NodeAffinity": {
            **_all("modelled", "a filter of nodes", "requiredDuringSchedulingIgnoredDuringExecution"),
            **_all("harmless", "a wish, never a filter", "preferredDuringSchedulingIgnoredDuringExecution"),
        },
        **{
            kind: {
                "requiredDuringSchedulingIgnoredDuringExecution": Handling(
                    "modelled", "a filter", below="PodAffinityTerm"
                ),
                **_all("harmless", "a wish, never a filter", "preferredDuringSchedulingIgnoredDuringExecution"),
            }
            for kind in ("PodAffinity", "PodAntiAffinity")
        },
        "PodAffinityTerm": _all(
            *("modelled", _SELECTED),
            *("labelSelector", "matchLabelKeys", "mismatchLabelKeys", "namespaceSelector", "namespaces", "topologyKey"),
        ),
        "Toleration": {
            **_all("modelled", "against the taints of nodes", "key", "operator", "value", "effect"),
            **_all("harmless", "how long a running pod stays", "tolerationSeconds"),
        },
        "TopologySpreadConstraint": _all(
            *("modelled", _SELECTED),
            *("labelSelector", "matchLabelKeys", "maxSkew", "minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy"),
            *("topologyKey", "whenUnsatisfiable"),
        ),
    }
)


def problems_of_fields(role: Role, spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields what the pod's fields can change that a plan does not model."""
    for path, value, handling in _warned_fields(spec, "PodSpec", ("spec",)):
        field = path[-1]
        what = f"{field} is {value}" if isinstance(value, str) else f"it has {field}: {handling.why}"
        yield Problem(handling.code, role, what, path, value)


def _warned_fields(part: Any, kind: str, path: FieldPath) -> Iterator[tuple[FieldPath, Any, Handling]]:
    """Yields the fields with a warning that are set in this part and in its content, by the table."""
    known = FIELDS[kind]
    for name, value in part.items():
        handling = known.get(name)
        if handling is None or value is None or value == "":
            continue
        if handling.how == "warned":
            yield (*path, name), value, handling
        if handling.below:
            entries = enumerate(value) if isinstance(value, list) else ()
            for index, entry in entries:
                yield from _warned_fields(entry, handling.below, (*path, name, index))
            if isinstance(value, Mapping):
                yield from _warned_fields(value, handling.below, (*path, name))
