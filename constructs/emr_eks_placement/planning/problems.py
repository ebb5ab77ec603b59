"""Problems that a plan can have: stable codes, each with what it means and how it is mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from emr_eks_placement.placement import Role

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Code:
    """A kind of problem. error: the pod does not start as asked; warning: it does, at a cost or a risk."""

    severity: Severity
    meaning: str
    mend: str


@dataclass(frozen=True)
class Problem:
    """A problem of one kind of pod: `what` is wrong in this request; the code says what it means and the mend."""

    code: str
    role: Role
    what: str

    @property
    def severity(self) -> Severity:
        """Of the code."""
        return CODES[self.code].severity

    @property
    def mend(self) -> str:
        """Of the code."""
        return CODES[self.code].mend


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "FARGATE_NODE_SELECTOR": Code(
            "error",
            "A Fargate profile takes the pod, and its node selector asks for a label that no Fargate node of the profile's "
            "zones has: it stays Pending for ever. A node selector moves no pod away from Fargate.",
            "Remove the selector for this pod (spark.kubernetes.node.selector.* holds for driver and executors alike), or the "
            "label that the profile selects. For one zone on Fargate use a profile of that zone.",
        ),
        "FARGATE_AFFINITY": Code(
            "error",
            "A Fargate profile takes the pod, and its required node affinity asks for what Fargate does not offer.",
            "Remove the affinity from the pod template, or the label that the profile selects.",
        ),
        "FARGATE_SCHEDULER": Code(
            "error",
            "A Fargate profile takes the pod, but the pod names a scheduler or a node of its own.",
            "Remove schedulerName, spark.kubernetes.*scheduler.name and nodeName for this pod.",
        ),
        "FARGATE_UNSUPPORTED": Code(
            "error",
            "A Fargate profile takes the pod, which needs what Fargate does not have: GPUs or directories of its node.",
            "Place the pod on EC2, or remove what it needs.",
        ),
        "FARGATE_TOO_LARGE": Code(
            "error",
            "The pod's requests with sidecars and Fargate's own 256 MiB exceed 16 vCPU and 120 GB.",
            "Lower cores or memory, or place the pod on EC2.",
        ),
        "FARGATE_PROFILES": Code(
            "warning",
            "Several Fargate profiles take the pod. EKS chooses the first by name, and names made by CloudFormation change.",
            "Narrow the selectors so that one matches, or label the pod eks.amazonaws.com/fargate-profile.",
        ),
        "EC2_NO_NODE_GROUP": Code(
            "error",
            "No Fargate profile takes the pod, and no node group can: it stays Pending.",
            "Correct node selector, tolerations or size, or add such a node group.",
        ),
        "EC2_TOO_FEW_NODES": Code(
            "warning",
            "The node groups that can take these pods hold fewer of them at their largest than the job asks for.",
            "Raise max_size, or ask for fewer or smaller executors.",
        ),
        "SUBMITTER_ON_EC2": Code(
            "warning",
            "Driver and executors run on Fargate, the job submitter on EC2: without a node there the job never starts. The "
            "labels of driver and executors do not reach the submitter.",
            "Set jobsubmitter.label.spark-node-placement in the classification emr-job-submitter, or keep an EC2 node.",
        ),
        "EXECUTORS_ACROSS_ZONES": Code(
            "warning",
            "The executors can run in several zones: shuffle between zones is paid for, and slower.",
            "Choose a zone: a Fargate profile of one zone, or topology.kubernetes.io/zone for pods on EC2.",
        ),
    }
)
