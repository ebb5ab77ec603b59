"""What EMR on EKS allows in a pod template (EMR on EKS guide, "Using pod templates")."""

from collections.abc import Mapping
from typing import Literal

from emr_eks_placement.facts.shipped import shipped
from emr_eks_placement.spark.resources import SparkRole

TemplateRole = Literal["driver", "executors"]
# Spark's name of each.
SPARK_ROLE: Mapping[TemplateRole, SparkRole] = {"driver": "driver", "executors": "executor"}

# The guide has spark-kubernetes-executors; EMR's own pods have the singular.
MAIN_CONTAINER: dict[TemplateRole, str] = {
    "driver": "spark-kubernetes-driver",
    "executors": "spark-kubernetes-executor",
}

_DATA = shipped("emr_pod_templates")
POD_FIELDS, SPEC_FIELDS, MAIN_CONTAINER_FIELDS = (frozenset(_DATA[key]) for key in ("pod", "spec", "mainContainer"))
RESERVED_VOLUMES = frozenset(_DATA["reservedVolumes"])
RESERVED_MOUNT_PATHS = frozenset(_DATA["reservedMountPaths"])
RESERVED_ENVIRONMENT_VARIABLES = frozenset(_DATA["reservedEnvironmentVariables"])
