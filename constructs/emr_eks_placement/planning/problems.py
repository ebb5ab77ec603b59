"""Problems that a plan can have."""

from dataclasses import dataclass, field

from emr_eks_placement.errors import FieldPath
from emr_eks_placement.placement import Role
from emr_eks_placement.planning.codes import CODES, Severity


@dataclass(frozen=True)
class Problem:
    """A problem of one kind of pod: `what` is wrong in this request; the code says what it means and the mend.

    path, value: the field of the pod that it is about, as in its manifest, where it is one.
    """

    code: str
    role: Role
    what: str
    path: FieldPath = ()
    value: object = field(default=None, compare=False)

    @property
    def severity(self) -> Severity:
        """Of the code."""
        return CODES[self.code].severity

    @property
    def mend(self) -> str:
        """Of the code."""
        return CODES[self.code].mend
