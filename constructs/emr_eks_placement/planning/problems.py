"""Problems that a plan can have."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.codes import CODES, SEVERITIES, Severity


@dataclass(frozen=True)
class Problem:
    """A problem of one kind of pod: `what` is wrong in this request; the code says what it means.

    path, value: the field of the pod that it is about, as in its manifest, where it is one. fix: what to do in this
    cluster, where that is more than the code's usual fix.
    """

    code: str
    role: Role
    what: str
    path: FieldPath = ()
    value: object = field(default=None, compare=False)
    fix: str = ""

    @property
    def severity(self) -> Severity:
        """Of the code."""
        return CODES[self.code].severity

    @property
    def what_to_do(self) -> str:
        """What to do: the fix for this cluster, or the code's."""
        return self.fix or CODES[self.code].fix


def by_severity(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Errors first, then warnings, then notes; each in the order in which they were found."""
    return tuple(sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity)))
