"""plan: where every pod of a StartJobRun request will land, and why."""

from emr_eks_placement.planning.plan import Plan, PlannedPod, plan
from emr_eks_placement.planning.problems import CODES, Problem

__all__ = ["CODES", "Plan", "PlannedPod", "Problem", "plan"]
