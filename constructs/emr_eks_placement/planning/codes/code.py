"""The description of a code."""

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Code:
    """A kind of problem.

    severity: error: a pod does not start, or not where asked; warning: it starts, at a cost or a risk, or the plan
    can't know; note: normal for this choice, and worth knowing. fix: the usual fix; certainty: when the finding is
    certain and when it is a guess.
    """

    severity: Severity
    meaning: str
    fix: str
    certainty: str
