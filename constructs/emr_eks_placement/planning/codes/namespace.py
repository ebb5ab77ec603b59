"""Codes of what a namespace's quotas, limits and Pod Security Standard refuse."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "POD_SECURITY": Code(
        "error",
        "The namespace enforces a Pod Security Standard that forbids this: the Kubernetes API refuses the pod.",
        "Remove it from the pod template or the Spark configuration, or let the namespace enforce privileged "
        "(pod_security of the virtual cluster)",
        "Certain for what templates and Spark add. The plan does not know every field that EMR sets.",
    ),
    "POD_SECURITY_RESTRICTED": Code(
        "warning",
        "The namespace enforces the Pod Security Standard restricted, which asks for fields that EMR's pods are not known "
        "to set: the Kubernetes API may refuse every pod.",
        "Let the namespace enforce baseline, or try a run with the release",
        "A guess: it is not documented which security fields EMR sets.",
    ),
    "QUOTA_CONTAINER_MEMORY": Code(
        "error",
        "A container asks for more memory than the namespace's LimitRange allows one: the Kubernetes API refuses the pod.",
        "Lower memory or overhead, or raise the limit (quota.container_memory of the virtual cluster)",
        "Certain for Spark's container. A guess for EMR's own containers, whose requests are seen, not documented.",
    ),
    "QUOTA_EXCEEDED": Code(
        "error",
        "The run alone exceeds the namespace's ResourceQuota: the Kubernetes API refuses some of its pods for as long as "
        "it runs.",
        "Ask for fewer or smaller executors, or raise the quota (quota of the virtual cluster)",
        "Certain if the namespace is empty; with other pods in it, it is worse.",
    ),
    "QUOTA_REACHED": Code(
        "warning",
        "With as many executors as dynamic allocation may ask for, the run exceeds the namespace's ResourceQuota: the "
        "Kubernetes API refuses the last of them.",
        "Lower spark.dynamicAllocation.maxExecutors, or raise the quota (quota of the virtual cluster)",
        "Certain if dynamic allocation reaches its maximum.",
    ),
}
