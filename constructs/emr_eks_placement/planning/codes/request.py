"""Codes for the content of a request, wherever its pods land."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "ZONE_KEY": Code(
        "error",
        "A node selector for a zone uses a key that no node has: the pod stays Pending.",
        "Write spark.kubernetes.node.selector.topology.kubernetes.io/zone",
        "Certain where the plan knows all nodes.",
    ),
    "ZONE_QUOTED": Code(
        "error",
        "The zone of a node selector contains quotes for a shell: no zone has such a name.",
        "Leave the inner quotes out",
        "Certain: no zone's name has quotes.",
    ),
    "LABEL_REFUSED": Code(
        "error",
        "A label or node selector has invalid syntax: the Kubernetes API refuses the pod.",
        "Correct the key or the value: of letters, digits, -, _ and ., at most 63 characters",
        "Certain: the syntax is Kubernetes'.",
    ),
    "NODE_SELECTOR_IGNORED": Code(
        "error",
        "spark.kubernetes.driver.node.selector.* and spark.kubernetes.executor.node.selector.* count from EMR 6.8.0 "
        "(Spark 3.3.0); this release ignores them.",
        "Raise the release, or write the node selector in a pod template",
        "Certain: tried with Spark 3.2 and 3.3.",
    ),
    "SPARK_CONF_REFUSED": Code(
        "error",
        "EMR on EKS sets this Spark property itself and does not support a job that does: the run fails.",
        "Remove the property",
        "Certain that EMR's guide does not support them, and that EMR needs its own. That EMR fails the run was not tried.",
    ),
    "RELEASE_UNKNOWN": Code(
        "warning",
        "The release is newer than those that this version knows: the plan treats it as the newest that it knows.",
        "Update emr-eks-placement",
        "A guess: the release's Spark is not known to this version.",
    ),
    "PLACEHOLDER": Code(
        "warning",
        "A placeholder such as ${TEAM} is part of what decides where pods land: with its value they may land elsewhere.",
        "Plan the request with the value, as it is sent to EMR",
        "A guess: the value is not known.",
    ),
}
