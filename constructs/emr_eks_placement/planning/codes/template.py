"""Codes for pod templates."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "TEMPLATE_UNSUPPORTED": Code(
        "error",
        "EMR on EKS reads pod templates from 5.33.0 and 6.3.0 on; this release does not.",
        "Raise the release",
        "Certain: EMR's guide gives the releases.",
    ),
    "TEMPLATE_KIND": Code(
        "error",
        "The pod template has another kind than Pod. Spark reads it as a Pod, so that what a Pod does not have is "
        "lost, such as a Deployment's spec.template, and sends it with its kind: the Kubernetes API refuses it.",
        "Write kind: Pod, and what is below spec.template below spec",
        "Certain for open-source Spark 3.5; EMR's own Spark was not tried.",
    ),
    "TEMPLATE_FIELD": Code(
        "error",
        "The pod template has a field that no Pod has: it is silently dropped, with its effect.",
        "Correct the field's name",
        "Certain for open-source Spark 3.5; EMR's own Spark was not tried.",
    ),
    "TEMPLATE_REFUSED": Code(
        "error",
        "EMR on EKS does not allow this in a pod template and fails the job.",
        "Remove it from the pod template",
        "Certain: EMR's guide lists what it allows.",
    ),
    "TEMPLATE_CONTAINER": Code(
        "warning",
        "A container of the pod template has almost the name of Spark's. EMR adds Spark's container "
        "itself, and keeps this one as a sidecar with its own requests; without an image the Kubernetes "
        "API refuses the pod.",
        "Name the container spark-kubernetes-driver or spark-kubernetes-executor to change Spark's, or give a "
        "sidecar another name",
        "Certain for EMR 6.8.0, whose pod template was seen, and reported for later releases. Open-source Spark takes over "
        "the template's first container instead.",
    ),
}
