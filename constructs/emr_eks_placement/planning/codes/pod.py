"""Codes for pods that are wrong anywhere: refused by the Kubernetes API, or with fields that a plan does not model."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "API_REFUSED": Code(
        "error",
        "The Kubernetes API refuses the pod that Spark and EMR create from the request and its pod template: it never exists.",
        "Correct the field",
        "Certain: the rules are those of the API server. A webhook of the cluster's own can correct or refuse more.",
    ),
    "POD_PRIORITY": Code(
        "warning",
        "The pod has a priority class. It must exist in the cluster; its pods can evict those of a lower priority, and are "
        "evicted for those of a higher one, which a plan does not know.",
        "Make sure that the class exists, and that Spark's driver has no lower priority than what shares its nodes",
        "A guess: the plan knows neither the cluster's classes nor its other pods.",
    ),
    "POD_RUNTIME_CLASS": Code(
        "warning",
        "The pod has a RuntimeClass. It must exist in the cluster; the CPU and memory that it adds to the pod, and the nodes "
        "that it asks for, are not in the plan.",
        "Make sure that the class exists, and leave room on the nodes for its overhead",
        "A guess: the plan does not read RuntimeClasses.",
    ),
    "POD_NOT_MODELLED": Code(
        "warning",
        "The pod sets a field that can change whether it lands or where, and that a plan does not model.",
        "Remove the field, or try a run in the cluster",
        "A guess: what the field does is not in the plan.",
    ),
}
