"""Names and limits of EMR on EKS.

Limits: botocore's service model of emr-containers (2020-10-01). Names: EMR on EKS guide.
"""

NAMESPACE_PREFIX = "emr-containers.amazonaws.com"
COMPONENT_LABEL = f"{NAMESPACE_PREFIX}/component"
RESOURCE_TYPE_LABEL = f"{NAMESPACE_PREFIX}/resource.type"
JOB_ID_LABEL = f"{NAMESPACE_PREFIX}/job.id"
VIRTUAL_CLUSTER_LABEL = f"{NAMESPACE_PREFIX}/virtual-cluster-id"
# The first part of the names of labels that Spark and EMR set.
BUILT_IN_LABELS = (f"{NAMESPACE_PREFIX}/", "spark-role", "spark-app", "spark-exec", "spark-version")
UNKNOWN_ID = "unknown"  # the value of a label that is set, but known only when the run starts

AUTHENTICATION_MODE = "API_AND_CONFIG_MAP"
"""The authentication mode that EMR requires of the EKS cluster (EMR on EKS guide, cluster access management)."""
SERVICE_LINKED_ROLE = "AWSServiceRoleForAmazonEMRContainers"
KUBERNETES_USER = "emr-containers"
"""EMR's name in Kubernetes if aws-auth maps its service-linked role (EMR on EKS guide, enable cluster access)."""

VIRTUAL_CLUSTER = "AWS::EMRContainers::VirtualCluster"
CUSTOM_VIRTUAL_CLUSTER = "Custom::EmrVirtualCluster"
"""The resource types of a virtual cluster: CloudFormation's own, and that of this package's function. Both have the
virtual cluster's id as physical id, and ContainerProvider and Name as properties."""
OWNER_TAG = "emr-eks-placement:resource"
"""The tag of virtual clusters that the function creates, STACK/UUID/LOGICAL ID of their resource; the function has this
name too."""

LONGEST_PROPERTY = 1024  # RequestIdentityString of configurationOverrides.applicationConfiguration
MOST_PROPERTIES = 100
LONGEST_ENTRY_POINT = 256
LONGEST_ARGUMENT = 10280
LONGEST_JOB_RUN_NAME = 64
JOB_RUN_NAME = rf"[.\-_/#A-Za-z0-9]{{1,{LONGEST_JOB_RUN_NAME}}}"  # ResourceNameString
JOB_RUN_NAME_RULE = (
    f"1 to {LONGEST_JOB_RUN_NAME} of A-Z, a-z, 0-9, ., -, _, / and # (emr-containers ResourceNameString)"
)
RESOURCE_ID = "[0-9a-z]{1,64}"  # ResourceIdString: of a virtual cluster, a job run, a job template

# Spark properties with which a job's run fails: EMR sets them, and needs them for its driver and its permissions
# (EMR on EKS guide, options for configuring a job run: "not supported").
REFUSED_SPARK_CONF = frozenset(
    {
        "spark.kubernetes.authenticate.driver.serviceAccountName",
        "spark.kubernetes.authenticate.executor.serviceAccountName",
        "spark.kubernetes.namespace",
        "spark.kubernetes.driver.pod.name",
    }
)
# Spark properties that EMR accepts although the guide does not support them (options for configuring a job run), or that the
# guide describes as without effect (pod templates: the names of Spark's containers are fixed).
PULL_POLICY = "spark.kubernetes.container.image.pullPolicy"
CONTAINER_NAMES = {
    "spark.kubernetes.driver.podTemplateContainerName": "spark-kubernetes-driver",
    "spark.kubernetes.executor.podTemplateContainerName": "spark-kubernetes-executor",
}
# Of EMR's own Spark, seen in the same configuration, not documented: how it merges and checks its pod template.
INTERNAL_SPARK_CONF = frozenset(
    f"spark.kubernetes.{role}.{name}"
    for role in ("driver", "executor")
    for name in (
        "internalPodTemplateFile",
        "internalPodTemplateContainerName",
        "podTemplateValidation.enabled",
        "pod.allowlistFile",
        "container.allowlistFile",
    )
)

IMAGE = "emr-on-eks"  # the image of EMR's own containers, which differs by region and release

# How long a run may be SUBMITTED, until submitter and driver start, in seconds (EMR on EKS guide, emr-containers-defaults).
START_TIMEOUT_SECONDS = 900
LONGEST_START_TIMEOUT_SECONDS = 7 * 24 * 3600  # this package's limit: the guide has none
RETRY_POLICY_FROM = (6, 9, 0)  # EMR on EKS guide, using retry policies

# The job submitter's containers: requests as seen in EMR's own pods (apache/airflow pull request 64817), and the logging
# defaults of the EMR on EKS guide; the main container's are not documented by AWS.
SUBMITTER_CPU, SUBMITTER_MEMORY = "800m", "512Mi"
SUBMITTER_LOGGING_CPU, SUBMITTER_LOGGING_MEMORY = "100m", "200Mi"

# EMR's logging sidecar: the default memory request in the EMR on EKS guide (emr-containers-defaults), and the request in the
# pod of EMR 6.8.0, whose limit is 512Mi; no CPU request.
LOGGING_SIDECAR = "emr-container-fluentd"
LOGGING_SIDECAR_MEMORY, LOGGING_SIDECAR_MEMORY_SEEN = "512Mi", "200Mi"
NATIVE_SIDECAR_FROM = (6, 8, 0)  # logging.nativeSidecar

# Limits of EMR's own containers, seen and not documented: the submitter's in apache/airflow pull request 64817, the logging
# sidecar's in the pod template of EMR 6.8.0.
SUBMITTER = "job-runner"
SEEN_LIMITS = {SUBMITTER: {"cpu": "1", "memory": "1Gi"}, LOGGING_SIDECAR: {"memory": "512Mi"}}
