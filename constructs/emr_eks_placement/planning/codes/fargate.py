"""Codes for pods that a Fargate profile takes."""

from emr_eks_placement.facts.fargate import LARGEST, RESERVED_MEMORY_MIB
from emr_eks_placement.facts.quotas import FARGATE_VCPUS
from emr_eks_placement.planning.codes.code import Code

CODES = {
    "FARGATE_NODE_SELECTOR": Code(
        "error",
        "A Fargate profile takes the pod, and its node selector asks for a label that no Fargate node has: it stays "
        "Pending. A node selector moves no pod away from Fargate.",
        "Remove the selector for this pod (spark.kubernetes.node.selector.* holds for driver and executors alike), or "
        "the label that the profile selects",
        "Certain: Fargate's nodes have a fixed set of labels.",
    ),
    "FARGATE_ZONE": Code(
        "error",
        "A Fargate profile takes the pod, and its node selector asks for a zone in which the profile has no subnet: it "
        "stays Pending.",
        "Use a profile of that zone, or name a zone of the profile",
        "Certain for a profile whose subnets are known. Fargate's use of zone selectors is reported, not documented.",
    ),
    "FARGATE_AFFINITY": Code(
        "error",
        "A Fargate profile takes the pod, and no Fargate node satisfies its required node affinity.",
        "Remove the affinity from the pod template, or the label that the profile selects",
        "Certain: Fargate's nodes have a fixed set of labels.",
    ),
    "FARGATE_SCHEDULER": Code(
        "error",
        "A Fargate profile takes the pod, but the pod names a scheduler or a node of its own.",
        "Remove schedulerName, spark.kubernetes.*scheduler.name and nodeName for this pod",
        "A guess for scheduler names: what EKS does with them is not documented. Certain for nodeName.",
    ),
    "FARGATE_VOLUME": Code(
        "error",
        "A Fargate profile takes the pod, which mounts what Fargate does not have: a directory of its "
        "node, an EBS volume, or a volume that is created for the pod.",
        "Place the pod on EC2, or use emptyDir or a static EFS volume",
        "Certain: the EKS guide lists the volumes that Fargate has.",
    ),
    "FARGATE_CLAIM": Code(
        "warning",
        "A Fargate profile takes the pod, which mounts a persistent volume claim: Fargate mounts only static EFS volumes.",
        "Make sure that the claim is bound to a static EFS volume, or place the pod on EC2",
        "A guess: the plan does not know what the claim is bound to.",
    ),
    "FARGATE_GPU": Code(
        "error",
        "A Fargate profile takes the pod, which requests a device: Fargate has none.",
        "Place the pod on EC2 nodes that have it",
        "Certain: Fargate has no devices.",
    ),
    "FARGATE_PRIVILEGED": Code(
        "error",
        "A Fargate profile takes the pod, of which a container is privileged or binds a port of its node.",
        "Remove privileged and hostPort from the pod template, or place the pod on EC2",
        "Certain: the EKS guide excludes both.",
    ),
    "FARGATE_TOO_LARGE": Code(
        "error",
        f"The pod's requests with sidecars and Fargate's own {RESERVED_MEMORY_MIB} MiB exceed {LARGEST}.",
        "Lower cores or memory, or place the pod on EC2",
        "Certain: the least that the pod can request is too much.",
    ),
    "FARGATE_PERHAPS_TOO_LARGE": Code(
        "warning",
        f"The pod exceeds {LARGEST} with the memory that AWS documents for EMR's logging sidecar, and fits with the "
        "memory that is seen.",
        "Set logging.request.memory in the classification emr-containers-defaults, or lower memory",
        "A guess: AWS documents 512Mi for the sidecar, in EMR's pods 200Mi was seen.",
    ),
    "FARGATE_SIDECAR_MEMORY": Code(
        "note",
        "The pod's Fargate size depends on the memory of EMR's logging sidecar, which AWS documents higher than it is seen. "
        "The larger size is planned.",
        "Set logging.request.memory in the classification emr-containers-defaults to know the size",
        "A guess: AWS documents 512Mi for the sidecar, in EMR's pods 200Mi was seen.",
    ),
    "FARGATE_NATIVE_SIDECAR": Code(
        "warning",
        "A Fargate profile takes the pod, which has a native sidecar: an init container that keeps running. How Fargate "
        "counts it is not documented. It is planned beside the other containers, as Kubernetes counts it.",
        "Leave logging.nativeSidecar out for pods on Fargate, or measure the size: the pod's annotation CapacityProvisioned",
        "A guess: the EKS guide counts init containers and containers, and does not name native sidecars.",
    ),
    "FARGATE_STORAGE": Code(
        "error",
        "A pod on Fargate has at most 175 GiB of ephemeral storage.",
        "Lower the ephemeral-storage requests of the pod template, or place the pod on EC2",
        "Certain: the EKS guide gives the limit.",
    ),
    "FARGATE_PROFILES": Code(
        "warning",
        "Several Fargate profiles take the pod. EKS chooses the first by name, and names from "
        "CloudFormation are not known before deployment.",
        "Narrow the selectors so that one matches, or give the profiles names and label the pod "
        "eks.amazonaws.com/fargate-profile",
        "Certain that several match. Which one EKS takes is unknown until the profiles have names.",
    ),
    "FARGATE_PROFILE_LABEL": Code(
        "warning",
        "The pod's label eks.amazonaws.com/fargate-profile names no profile that selects the pod: it chooses nothing.",
        "Correct the label, or let the profile select this pod",
        "Certain where the profiles' names in EKS are known.",
    ),
    "FARGATE_SIDECAR_CPU": Code(
        "warning",
        "The CPU that a sidecar requests pushes the pod to the next Fargate size, which costs up to twice as much.",
        "Remove the sidecar's CPU request (logging.request.cores), or ask for less CPU for Spark's container: "
        "spark.kubernetes.*.request.cores",
        "Certain: Fargate's sizes are published.",
    ),
    "FARGATE_SPREAD": Code(
        "warning",
        "Fargate ignores topology spread constraints and affinity between pods: every pod has a node of its own.",
        "Remove them for this pod; for one zone use a Fargate profile of that zone",
        "Certain for the spread. Whether Fargate reports it is not documented.",
    ),
    "FARGATE_POD_IDENTITY": Code(
        "warning",
        "The execution role has an EKS Pod Identity association, which does not reach pods on Fargate: they get AWS "
        "credentials only if the role also trusts the cluster's OIDC provider.",
        "Let the role trust the OIDC provider: aws emr-containers update-role-trust-policy",
        "Certain that Pod Identity does not reach Fargate. The plan does not read the role's trust policy.",
    ),
    "FARGATE_VCPU_QUOTA": Code(
        "warning",
        f"The run's pods on Fargate take more vCPU together than the account's quota {FARGATE_VCPUS.code} allows at a time, "
        "which ECS and other runs use too: the last of them wait.",
        "Ask for a higher quota, or for fewer or smaller executors; if the quota is higher, set it "
        "(fargate_vcpus, --fargate-vcpus)",
        "A guess: the plan knows neither the account's quota, unless you set it, nor what else uses it.",
    ),
    "FARGATE_NOT_SELECTED": Code(
        "warning",
        "The pod carries a label on which Fargate profiles of its namespace select, with another value than theirs: no "
        "profile takes it, and it runs on EC2.",
        "Correct the label's value, or remove the label",
        "Certain that no profile takes the pod. A guess that one was meant to.",
    ),
}
