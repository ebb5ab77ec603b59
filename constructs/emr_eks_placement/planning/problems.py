"""The problems of a plan."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.codes import CODES, SEVERITIES, Severity


@dataclass(frozen=True)
class Problem:
    """A problem of one kind of pod. `what`: is wrong in this request; the code has the general meaning.

    path, value: the field of the pod's manifest, if the problem is about one. own_fix: for this cluster, if it is more
    specific than the code's usual fix.
    """

    code: str
    role: Role
    what: str
    path: FieldPath = ()
    value: object = field(default=None, compare=False)
    own_fix: str = ""

    @property
    def severity(self) -> Severity:
        """The severity of the code."""
        return CODES[self.code].severity

    @property
    def fix(self) -> str:
        """The fix for this cluster, or the code's."""
        return self.own_fix or CODES[self.code].fix


def by_severity(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorts errors first, then warnings, then notes; each in the order of their discovery."""
    return tuple(sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity)))
