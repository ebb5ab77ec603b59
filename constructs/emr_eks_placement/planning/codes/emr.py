"""Codes for EMR on EKS's own processing of a request, beyond Spark and Kubernetes."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "EMR_CONFIGURATION": Code(
        "warning",
        "The request has a classification, a property or a value that the EMR on EKS guide does not have "
        "for job runs: it has no effect, or EMR refuses the run.",
        "Correct the name or the value",
        "Certain that the guide does not have it. A guess what EMR does with it.",
    ),
    "EMR_SPARK_CONF": Code(
        "warning",
        "EMR on EKS does not support this Spark property, and does not refuse it either: it changes nothing, or what it "
        "changes is not documented.",
        "Remove the property",
        "Certain that the guide does not support it, or does not have it. That EMR takes it was not tried with every release.",
    ),
    "EMR_SPARK_ENV": Code(
        "warning",
        "The environment of spark-submit points to another Spark or another folder of its configuration: "
        "its sizes, labels and node selectors are not planned.",
        "Remove it, and set Spark properties in spark-defaults",
        "A guess: the plan does not see what is in that folder.",
    ),
    "EMR_VERTICAL_AUTOSCALING": Code(
        "warning",
        "EMR's vertical autoscaling gives the executors the memory and CPU that it recommends, in place of what the request "
        "asks for: they may be of another size, on Fargate too, and need other nodes.",
        "Plan with the size that is recommended, or bound it: dynamic.sizing.scale.memory.min and .max",
        "Certain that the mode resizes executors where EMR's operator is installed. The recommendation is not known before.",
    ),
    "EMR_RETRIES": Code(
        "note",
        "The run has a retry policy: when its driver fails, another one starts with executors of its own, and is billed.",
        "Count with one attempt after the other; set maxAttempts to 1 for a run that must not be repeated",
        "Certain: EMR's guide says so, from EMR 6.9.0 on.",
    ),
}
