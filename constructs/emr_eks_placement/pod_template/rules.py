"""What EMR on EKS allows in a pod template (EMR on EKS guide, "Using pod templates")."""

from collections.abc import Mapping
from typing import Literal

from emr_eks_placement.spark.resources import SparkRole

TemplateRole = Literal["driver", "executors"]
# Spark's name of each.
SPARK_ROLE: Mapping[TemplateRole, SparkRole] = {"driver": "driver", "executors": "executor"}

# The guide has spark-kubernetes-executors; EMR's own pods have the singular.
MAIN_CONTAINER: dict[TemplateRole, str] = {
    "driver": "spark-kubernetes-driver",
    "executors": "spark-kubernetes-executor",
}

POD_FIELDS = frozenset({"apiVersion", "kind", "metadata", "spec"})
SPEC_FIELDS = frozenset(
    {
        "activeDeadlineSeconds",
        "affinity",
        "containers",
        "enableServiceLinks",
        "ephemeralContainers",
        "hostAliases",
        "hostname",
        "imagePullSecrets",
        "initContainers",
        "nodeName",
        "nodeSelector",
        "overhead",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "subdomain",
        "terminationGracePeriodSeconds",
        "tolerations",
        "topologySpreadConstraints",
        "volumes",
    }
)
MAIN_CONTAINER_FIELDS = frozenset(
    {
        "env",
        "envFrom",
        "lifecycle",
        "livenessProbe",
        "name",
        "readinessProbe",
        "resources",
        "startupProbe",
        "stdin",
        "stdinOnce",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
        "volumeDevices",
        "volumeMounts",
        "workingDir",
    }
)
RESERVED_VOLUMES = frozenset(
    {
        "config-volume",
        "emr-container-application-log-dir",
        "emr-container-communicate",
        "emr-container-event-log-dir",
        "emr-container-s3",
        "home-dir",
        "mnt-dir",
        "temp-data-dir",
    }
)
RESERVED_MOUNT_PATHS = frozenset(
    {"/home/hadoop", "/mnt", "/tmp", "/var/log/fluentd", "/var/log/spark/apps", "/var/log/spark/user"}  # noqa: S108 - where EMR mounts volumes, no files of ours
)
RESERVED_ENVIRONMENT_VARIABLES = frozenset(
    {"K8S_SPARK_LOG_URL_STDERR", "K8S_SPARK_LOG_URL_STDOUT", "SIDECAR_SIGNAL_FILE", "SPARK_CONTAINER_ID"}
)
