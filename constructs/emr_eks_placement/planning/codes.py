"""The codes of problems: each with what it means and how it is mended. They are stable: pipelines ignore by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """A kind of problem. error: a pod does not start, or not where asked; warning: it does, at a cost or a risk."""

    severity: Severity
    meaning: str
    mend: str


_FARGATE = {
    "FARGATE_NODE_SELECTOR": Code(
        "error",
        "A Fargate profile takes the pod, and its node selector asks for a label that no Fargate node has: it stays "
        "Pending for ever. A node selector moves no pod away from Fargate.",
        "Remove the selector for this pod (spark.kubernetes.node.selector.* holds for driver and executors alike), or "
        "the label that the profile selects",
    ),
    "FARGATE_ZONE": Code(
        "error",
        "A Fargate profile takes the pod, and its node selector asks for a zone in which the profile has no subnet: it "
        "stays Pending for ever.",
        "Use a profile of that zone, or name a zone of the profile",
    ),
    "FARGATE_AFFINITY": Code(
        "error",
        "A Fargate profile takes the pod, and no Fargate node satisfies its required node affinity.",
        "Remove the affinity from the pod template, or the label that the profile selects",
    ),
    "FARGATE_SCHEDULER": Code(
        "error",
        "A Fargate profile takes the pod, but the pod names a scheduler or a node of its own.",
        "Remove schedulerName, spark.kubernetes.*scheduler.name and nodeName for this pod",
    ),
    "FARGATE_VOLUME": Code(
        "error",
        "A Fargate profile takes the pod, which mounts what Fargate has not: a directory of its node, an EBS volume, or "
        "a volume that is made for the pod.",
        "Place the pod on EC2, or use emptyDir or a static EFS volume",
    ),
    "FARGATE_CLAIM": Code(
        "warning",
        "A Fargate profile takes the pod, which mounts a persistent volume claim: Fargate mounts only static EFS volumes.",
        "Make sure that the claim is bound to a static EFS volume, or place the pod on EC2",
    ),
    "FARGATE_GPU": Code(
        "error",
        "A Fargate profile takes the pod, which requests a device: Fargate has none.",
        "Place the pod on EC2 nodes that have it",
    ),
    "FARGATE_PRIVILEGED": Code(
        "error",
        "A Fargate profile takes the pod, of which a container is privileged or binds a port of its node.",
        "Remove privileged and hostPort from the pod template, or place the pod on EC2",
    ),
    "FARGATE_TOO_LARGE": Code(
        "error",
        "The pod's requests with sidecars and Fargate's own 256 MiB exceed 16 vCPU and 120 GB.",
        "Lower cores or memory, or place the pod on EC2",
    ),
    "FARGATE_STORAGE": Code(
        "error",
        "A pod on Fargate has at most 175 GiB of ephemeral storage.",
        "Lower the ephemeral-storage requests of the pod template, or place the pod on EC2",
    ),
    "FARGATE_PROFILES": Code(
        "warning",
        "Several Fargate profiles take the pod. EKS chooses the first by name, and names made by CloudFormation are not "
        "known before deployment.",
        "Narrow the selectors so that one matches, or give the profiles names and label the pod "
        "eks.amazonaws.com/fargate-profile",
    ),
    "FARGATE_PROFILE_LABEL": Code(
        "warning",
        "The pod's label eks.amazonaws.com/fargate-profile names no profile that selects the pod: it chooses nothing.",
        "Correct the label, or let the profile select this pod",
    ),
    "FARGATE_SIDECAR_CPU": Code(
        "warning",
        "The CPU that a sidecar requests pushes the pod to the next Fargate size, which costs up to twice as much.",
        "Remove the sidecar's CPU request (logging.request.cores), or ask for less CPU for Spark's container: "
        "spark.kubernetes.*.request.cores",
    ),
    "FARGATE_SPREAD": Code(
        "warning",
        "Fargate ignores topology spread constraints and affinity between pods: every pod has a node of its own.",
        "Remove them for this pod; for one zone use a Fargate profile of that zone",
    ),
    "FARGATE_POD_IDENTITY": Code(
        "warning",
        "The execution role has an EKS Pod Identity association, which does not reach pods on Fargate: they get AWS "
        "credentials only if the role also trusts the cluster's OIDC provider.",
        "Let the role trust the OIDC provider: aws emr-containers update-role-trust-policy",
    ),
    "FARGATE_VCPU_QUOTA": Code(
        "warning",
        "The run's pods on Fargate take more vCPU together than the account's quota L-3032A538 allows at a time, which "
        "ECS and other runs use too: the last of them wait.",
        "Ask for a higher quota, or for fewer or smaller executors; if the quota is higher, say so (fargate_vcpus, "
        "--fargate-vcpus)",
    ),
}

_EC2 = {
    "EC2_NO_NODE_GROUP": Code(
        "error",
        "No Fargate profile takes the pod, and no node group or node pool can: it stays Pending.",
        "Correct node selector, tolerations or size, or add such a node group or node pool",
    ),
    "EC2_OTHER_NODES": Code(
        "warning",
        "No node group or node pool can take the pod; the cluster makes nodes by other means too, of which a plan knows "
        "nothing.",
        "Check the node selector and tolerations against those nodes",
    ),
    "EC2_TOO_FEW_NODES": Code(
        "warning",
        "The node groups and node pools that can take these pods hold fewer of them at their largest than the job asks "
        "for: the rest stay Pending.",
        "Raise max_size or max_vcpus, or ask for fewer or smaller executors",
    ),
    "EC2_SCALE_UP": Code(
        "warning",
        "The job needs more nodes than the node groups have now: pods wait until something scales the groups, which EKS "
        "does not do by itself; node pools grow by themselves.",
        "Raise desired_size or min_size, install a cluster autoscaler, or use a node pool",
    ),
    "EC2_INSTANCE_TYPES": Code(
        "warning",
        "The pod does not fit every instance type of the node group, and EKS picks among them.",
        "Remove the smaller instance types from the group, or ask for one: node.kubernetes.io/instance-type",
    ),
    "EC2_ZONE_OF_GROUP": Code(
        "warning",
        "The pod asks for a zone, and the node group has subnets in others too: new nodes come up in any of them.",
        "Use a node group of that zone alone",
    ),
    "EC2_SPOT": Code(
        "warning",
        "The job submitter or driver can land on Spot nodes, and with it the whole job is lost when EC2 takes the node "
        "back.",
        "Ask for On-Demand nodes: eks.amazonaws.com/capacityType=ON_DEMAND, of node pools "
        "karpenter.sh/capacity-type=on-demand; or taint the Spot nodes",
    ),
    "EC2_SCHEDULER": Code(
        "warning",
        "The pod names a scheduler of its own, which has to be installed and whose rules a plan does not know.",
        "Remove schedulerName to use Kubernetes' own scheduler",
    ),
    "EC2_NODE_NAME": Code(
        "warning",
        "The pod template names one node: the pod is bound to it past every rule, or fails when it is gone.",
        "Use a node selector instead of nodeName",
    ),
    "EC2_DEVICE": Code(
        "warning",
        "The pod requests a device, such as a GPU: nodes offer it only with its device plugin, which a plan does not see.",
        "Make sure that the nodes of the group have the device and that its plugin is installed",
    ),
}

_WHOLE = {
    "SUBMITTER_ON_EC2": Code(
        "warning",
        "Driver and executors run on Fargate, the job submitter on EC2: without a node there the job never starts. The "
        "labels of driver and executors do not reach the submitter.",
        "Set jobsubmitter.label.spark-node-placement in the classification emr-job-submitter, or keep an EC2 node",
    ),
    "EXECUTORS_ACROSS_ZONES": Code(
        "warning",
        "The executors can run in several zones: shuffle between zones is paid for, and slower.",
        "Choose a zone: a Fargate profile of one zone, or topology.kubernetes.io/zone for pods on EC2",
    ),
    "DRIVER_IN_ANOTHER_ZONE": Code(
        "warning",
        "Driver and executors share no zone: what they exchange crosses zones, which is paid for.",
        "Choose the same zone for both",
    ),
    "EXECUTORS_UNBOUNDED": Code(
        "warning",
        "Dynamic allocation without spark.dynamicAllocation.maxExecutors asks for as many executors as the job has tasks.",
        "Set spark.dynamicAllocation.maxExecutors",
    ),
}

_NAMESPACE = {
    "POD_SECURITY": Code(
        "error",
        "The namespace enforces a Pod Security Standard that forbids this: the Kubernetes API refuses the pod.",
        "Remove it from the pod template or the Spark configuration, or let the namespace enforce privileged "
        "(pod_security of the virtual cluster)",
    ),
    "POD_SECURITY_RESTRICTED": Code(
        "warning",
        "The namespace enforces the Pod Security Standard restricted, which asks for fields that EMR's pods are not known "
        "to set: the Kubernetes API may refuse every pod.",
        "Let the namespace enforce baseline, or try a run with the release",
    ),
    "QUOTA_CONTAINER_MEMORY": Code(
        "error",
        "A container asks for more memory than the namespace's LimitRange allows one: the Kubernetes API refuses the pod.",
        "Lower memory or overhead, or raise the limit (quota.container_memory of the virtual cluster)",
    ),
    "QUOTA_EXCEEDED": Code(
        "error",
        "The run alone exceeds the namespace's ResourceQuota: the Kubernetes API refuses some of its pods for as long as "
        "it runs.",
        "Ask for fewer or smaller executors, or raise the quota (quota of the virtual cluster)",
    ),
    "QUOTA_REACHED": Code(
        "warning",
        "With as many executors as dynamic allocation may ask for, the run exceeds the namespace's ResourceQuota: the "
        "Kubernetes API refuses the last of them.",
        "Lower spark.dynamicAllocation.maxExecutors, or raise the quota (quota of the virtual cluster)",
    ),
}

_REQUEST = {
    "ZONE_KEY": Code(
        "error",
        "A node selector for a zone uses a key that no node has: the pod stays Pending.",
        "Write spark.kubernetes.node.selector.topology.kubernetes.io/zone",
    ),
    "ZONE_QUOTED": Code(
        "error",
        "The zone of a node selector has quotes in it, as are meant for a shell: no zone is called so.",
        "Leave the inner quotes out",
    ),
    "LABEL_REFUSED": Code(
        "error",
        "A label or node selector is none by Kubernetes' syntax: its API refuses the pod.",
        "Correct the key or the value: of letters, digits, -, _ and ., at most 63 characters",
    ),
    "NODE_SELECTOR_IGNORED": Code(
        "error",
        "spark.kubernetes.driver.node.selector.* and spark.kubernetes.executor.node.selector.* count from EMR 6.8.0 "
        "(Spark 3.3.0); this release ignores them.",
        "Raise the release, or write the node selector in a pod template",
    ),
    "TEMPLATE_UNSUPPORTED": Code(
        "error",
        "EMR on EKS reads pod templates from 5.33.0 and 6.3.0 on; this release does not.",
        "Raise the release",
    ),
    "TEMPLATE_KIND": Code(
        "warning",
        "The pod template says to be something else than a Pod. Spark reads it as a Pod, and what a Pod does not have is "
        "lost, such as a Deployment's spec.template.",
        "Write apiVersion: v1 and kind: Pod, and what is below spec.template below spec",
    ),
    "TEMPLATE_FIELD": Code(
        "error",
        "The pod template has a field that no Pod has: it is dropped without a word, and with it what it was to do.",
        "Correct the field's name",
    ),
    "TEMPLATE_REFUSED": Code(
        "error",
        "EMR on EKS does not allow this in a pod template and fails the job.",
        "Remove it from the pod template",
    ),
    "TEMPLATE_CONTAINER": Code(
        "warning",
        "No container of the pod template has the name of Spark's container: Spark takes over the first one.",
        "Name the container spark-kubernetes-driver or spark-kubernetes-executor",
    ),
    "SPARK_CONF_REFUSED": Code(
        "error",
        "EMR on EKS sets this Spark property itself and refuses a job that does.",
        "Remove the property",
    ),
    "RELEASE_UNKNOWN": Code(
        "warning",
        "The release is newer than those that this version knows: the plan takes it for the newest that it knows.",
        "Update emr-eks-placement",
    ),
}

CODES: Mapping[str, Code] = MappingProxyType({**_FARGATE, **_EC2, **_WHOLE, **_NAMESPACE, **_REQUEST})
