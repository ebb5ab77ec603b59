"""plan: where every pod of a StartJobRun request lands, and why."""

from emr_eks_placement.planning.codes import CODES, Code
from emr_eks_placement.planning.executors import Count
from emr_eks_placement.planning.landing import Landing
from emr_eks_placement.planning.nodes_needed import NodesNeeded
from emr_eks_placement.planning.plan import Plan, manifests_of, plan
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.refusals import Refusal

__all__ = [
    "CODES",
    "Code",
    "Count",
    "Landing",
    "NodesNeeded",
    "Plan",
    "PlannedPod",
    "Problem",
    "Refusal",
    "manifests_of",
    "plan",
]
