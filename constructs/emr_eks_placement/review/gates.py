"""What of a review stops a pipeline."""

import re
from collections.abc import Callable, Sequence

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.review.costs import CostChange
from emr_eks_placement.review.findings import PlacedFinding
from emr_eks_placement.review.review import Review

Gate = Callable[[Review, Sequence[PlacedFinding]], bool]

_COST = re.compile(r"cost=\+(\d{1,9}(?:\.\d{1,4})?)(%?)", re.ASCII)
_RULE = "must be replaced, problem, or a rise in cost such as cost=+10% or cost=+50 (US dollars a month)"


def gate(word: str) -> Gate:
    """Returns what the word stops: replaced, what ends data or pods; problem, a new error; cost=+N or cost=+N%, a rise
    above that.

    Raises RuleError for another word.
    """
    if word == "replaced":
        return lambda one, _: any(change.ends_something for change in one.resources or ())
    if word == "problem":
        return lambda _, findings: any(found.is_new and found.level == "error" for found in findings)
    asked = _COST.fullmatch(word)
    if asked is None:
        raise RuleError(word, _RULE, "Write one of these")
    limit, is_share = float(asked[1]), bool(asked[2])
    return lambda one, _: _rises(one.at_rest, limit, is_share=is_share)


def _rises(cost: CostChange, limit: float, *, is_share: bool) -> bool:
    """Returns whether the cost at rest rises by more than the limit, or by an amount that is not known."""
    if cost.unknown or cost.high is None:
        return True
    start = cost.before.low if cost.before.high is None else cost.before.high
    return max(cost.low, cost.high) > (start * limit / 100 if is_share else limit)
