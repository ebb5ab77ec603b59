"""Codes for refusals by a namespace's quotas, limits and Pod Security Standard."""

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
        "Certain for the containers of Spark and of pod templates.",
    ),
    "LIMIT_RANGE": Code(
        "error",
        "A container, the pod as a whole or a volume claim lies outside what the namespace's LimitRange allows, or requests "
        "more than the limit that the LimitRange gives it: the Kubernetes API refuses the pod.",
        "Change the amount, or the bound of the LimitRange",
        "Certain for the containers of Spark and of pod templates, unless a webhook changes them.",
    ),
    "LIMIT_RANGE_DEFAULT": Code(
        "warning",
        "A default of a LimitRange changes the size that Fargate grants the pod and bills, or several LimitRanges have "
        "different defaults for one resource: Kubernetes takes any of them.",
        "Set the default request to 0, and keep one default for each resource",
        "Certain for the containers of Spark and of pod templates. A guess for EMR's own containers, whose requests are "
        "seen, not documented.",
    ),
    "EMR_CONTAINER_REFUSED": Code(
        "warning",
        "One of EMR's own containers breaks a quota or a LimitRange of the namespace, by the requests and limits that it is "
        "seen to have: the Kubernetes API refuses the pod.",
        "Give the namespace a LimitRange with defaults for it",
        "A guess: what EMR's own containers request is seen, not documented.",
    ),
    "QUOTA_UNSPECIFIED": Code(
        "error",
        "The namespace's ResourceQuota counts CPU or memory, and a container does not set it: the Kubernetes API refuses "
        "every such pod, however much of the quota is left.",
        "Set the request or limit, or give the namespace a LimitRange with a default for it",
        "Certain for the containers of Spark and of pod templates, unless a webhook changes them.",
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
        "The run may exceed the namespace's ResourceQuota: with as many executors as dynamic allocation may ask for, or with "
        "as much memory for EMR's sidecars as is documented. The Kubernetes API refuses the last executors.",
        "Lower spark.dynamicAllocation.maxExecutors, or raise the quota (quota of the virtual cluster)",
        "Certain if dynamic allocation reaches its maximum. A guess for EMR's sidecars, which are seen to ask for less.",
    ),
    "QUOTA_IN_USE": Code(
        "warning",
        "With what the namespace's objects take now, the namespace's ResourceQuota has too little left for the run: the "
        "Kubernetes API refuses some of its pods until others end.",
        "Wait until other runs end, or raise the quota",
        "Certain for the moment at which the cluster was read; it changes with every pod that starts or ends.",
    ),
    "QUOTA_NOT_COUNTED": Code(
        "note",
        "The namespace's ResourceQuota limits objects that EMR and Spark create for a run, in a number that is not documented.",
        "Leave room for some of them with each run",
        "A guess: the plan does not count these objects.",
    ),
    "NAMESPACE_NOT_READ": Code(
        "warning",
        "The namespace has a rule that the plan could not read or does not know: it may refuse or change pods.",
        "Write the value itself instead of what is known only at deployment, or plan against the live cluster",
        "Certain that the rule was not read; a guess whether it matters.",
    ),
}
