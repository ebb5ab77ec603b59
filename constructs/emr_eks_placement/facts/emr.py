"""Names and limits of EMR on EKS.

Limits: botocore's service model of emr-containers (2020-10-01). Names: EMR on EKS guide.
"""

NAMESPACE_PREFIX = "emr-containers.amazonaws.com"
COMPONENT_LABEL = f"{NAMESPACE_PREFIX}/component"
RESOURCE_TYPE_LABEL = f"{NAMESPACE_PREFIX}/resource.type"
JOB_ID_LABEL = f"{NAMESPACE_PREFIX}/job.id"
VIRTUAL_CLUSTER_LABEL = f"{NAMESPACE_PREFIX}/virtual-cluster-id"
# How the names of labels begin that Spark and EMR set themselves.
BUILT_IN_LABELS = (f"{NAMESPACE_PREFIX}/", "spark-role", "spark-app", "spark-exec", "spark-version")
UNKNOWN_ID = "unknown"  # the value of a label that is there, but not known before the run

LONGEST_PROPERTY = 1024  # RequestIdentityString of configurationOverrides.applicationConfiguration
MOST_PROPERTIES = 100
LONGEST_ENTRY_POINT = 256
LONGEST_ARGUMENT = 10280
LONGEST_JOB_RUN_NAME = 64

# Spark properties EMR sets itself and refuses from a job (EMR on EKS guide, Spark configurations).
REFUSED_SPARK_CONF = frozenset(
    {
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        "spark.kubernetes.authenticate.executor.serviceAccountName",
        "spark.kubernetes.namespace",
        "spark.kubernetes.driver.pod.name",
        "spark.kubernetes.container.image.pullPolicy",
    }
)

# The job submitter's containers: requests seen in EMR's own pods (apache/airflow pull request 64817) and the logging
# defaults of the EMR on EKS guide; the main container's are not documented by AWS.
SUBMITTER_CPU, SUBMITTER_MEMORY = "800m", "512Mi"
SUBMITTER_LOGGING_CPU, SUBMITTER_LOGGING_MEMORY = "100m", "200Mi"

# EMR's logging sidecar (EMR on EKS guide, emr-containers-defaults): memory request by default, no CPU request.
LOGGING_SIDECAR = "emr-container-fluentd"
LOGGING_SIDECAR_MEMORY = "512Mi"
NATIVE_SIDECAR_FROM = (6, 8, 0)  # logging.nativeSidecar

# Limits of EMR's own containers, seen and not documented: the submitter's in apache/airflow pull request 64817, the logging
# sidecar's in the pod template of EMR 6.8.0.
SUBMITTER = "job-runner"
SEEN_LIMITS = {SUBMITTER: {"cpu": "1", "memory": "1Gi"}, LOGGING_SIDECAR: {"memory": "512Mi"}}
