"""Kubernetes names, labels and taints: syntax, and the well-known keys that placement uses."""

import re
from functools import lru_cache

from emr_eks_placement.common.errors import RuleError, below

ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
ARCHITECTURE = "kubernetes.io/arch"
OPERATING_SYSTEM = "kubernetes.io/os"
# Older names of the same labels in Kubernetes; nodes still have both.
OLDER_KEYS = {
    ARCHITECTURE: "beta.kubernetes.io/arch",
    OPERATING_SYSTEM: "beta.kubernetes.io/os",
    INSTANCE_TYPE: "beta.kubernetes.io/instance-type",
    ZONE: "failure-domain.beta.kubernetes.io/zone",
    REGION: "failure-domain.beta.kubernetes.io/region",
}
ZONE_ID = "topology.k8s.aws/zone-id"  # of the AWS cloud provider, such as use1-az1
CAPACITY_TYPE = "eks.amazonaws.com/capacityType"
COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
FARGATE_PROFILE = "eks.amazonaws.com/fargate-profile"
HOSTNAME = "kubernetes.io/hostname"  # of a node; every node has another value
NODE_GROUP = "eks.amazonaws.com/nodegroup"
NODE_CLASS = "eks.amazonaws.com/nodeclass"
NODE_POOL = "karpenter.sh/nodepool"
POOL_CAPACITY_TYPE = "karpenter.sh/capacity-type"  # of the nodes of a node pool, in place of CAPACITY_TYPE
POD_SECURITY = "pod-security.kubernetes.io/enforce"  # of a namespace: the Pod Security Standard of its pods
DEFAULT_SCHEDULER = "default-scheduler"  # the API's default for a pod without one

# Effects of taints, and EKS's names for them (botocore's service model of eks, TaintEffect).
EKS_TAINT_EFFECTS = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LONGEST_NAME = 63
_LONGEST_PREFIX = 253


def check_namespace(namespace: str) -> str:
    """Returns the namespace. Raises RuleError if it is no DNS label."""
    if not _DNS_LABEL.fullmatch(namespace):
        raise RuleError(
            namespace,
            "a namespace is a DNS label: 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit (RFC 1123)",
            "Write for example spark-jobs",
        )
    return namespace


@lru_cache(maxsize=10_000)  # plans of many jobs use the same keys
def check_label_key(key: str) -> str:
    """Returns the label key: an optional DNS prefix and slash, then a name of up to 63 characters. Raises RuleError
    otherwise."""
    prefix, slash, name = key.rpartition("/")
    good_prefix = not slash or (len(prefix) <= _LONGEST_PREFIX and _DNS_SUBDOMAIN.fullmatch(prefix))
    if not good_prefix or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise RuleError(
            key,
            f"a label key is [prefix/]name: the name has 1 to {_LONGEST_NAME} of A-Z, a-z, 0-9, -, _ and . between letters "
            f"or digits, the prefix is a DNS name of at most {_LONGEST_PREFIX} (Kubernetes labels)",
            "Shorten or rename the key",
        )
    return key


@lru_cache(maxsize=10_000)
def check_label_value(value: str) -> str:
    """Returns the label value: empty or up to 63 characters. Raises RuleError otherwise."""
    if value and (len(value) > _LONGEST_NAME or not _NAME.fullmatch(value)):
        quoted = value[0] in "'\""
        raise RuleError(
            value,
            f"a label value has at most {_LONGEST_NAME} of A-Z, a-z, 0-9, -, _ and . between letters or digits; "
            f"this one has {len(value)} characters (Kubernetes labels)",
            "Leave the inner quotes out" if quoted else "Shorten or rename the value",
        )
    return value


def check_labels(labels: dict[str, str]) -> dict[str, str]:
    """Returns the labels. Raises RuleError, with the key as path, for the first with invalid syntax."""
    for key, value in labels.items():
        with below(key):
            check_label_key(key)
            check_label_value(value)
    return labels
