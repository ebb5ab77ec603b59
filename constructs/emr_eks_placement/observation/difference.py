"""A difference between a run and its plan."""

from dataclasses import dataclass
from typing import Literal, get_args

from emr_eks_placement.job.placement import Role

Kind = Literal["run", "plan", "pods", "containers", "requests", "nodes", "logs", "not-read"]
"""run: it did not complete; plan: by the plan the run can't start; pods: where they are and how many; containers: their
names; requests: of containers; nodes: instance type and labels; logs: their names; not-read: what could not be read."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Severity = Literal["error", "warning"]
"""error: the run did not follow its placement; warning: it did, and something about it is not as planned."""


@dataclass(frozen=True)
class Difference:
    """A difference in words. role: of its pods, None for the run as a whole."""

    kind: Kind
    severity: Severity
    what: str
    role: Role | None = None
