"""A review in a few words."""

from collections import Counter

from emr_eks_placement.review.costs import CostChange, PartChange
from emr_eks_placement.review.review import Review

_SMALLEST = 0.005  # of a dollar


def summary(one: Review) -> str:
    """Formats a summary: 1 resource replaced, 3 updated; 4 of 8 runs move; 2 problems come, 1 goes; +106.58 USD a month
    at rest."""
    return "; ".join((_resources(one), _moves(one), _problems(one), f"a month at rest: {dollars(one.at_rest)}"))


def _resources(one: Review) -> str:
    if one.resources is None:
        return "resources not compared"
    counts = Counter(change.effect for change in one.resources)
    if not counts:
        return "no resource changes"
    first, *others = (f"{number} {effect}" for effect, number in counts.items())
    number, _, effect = first.partition(" ")
    return ", ".join((f"{number} resource{'' if number == '1' else 's'} {effect}", *others))


def _moves(one: Review) -> str:
    runs = len({*one.after.plans, *(one.before.plans if one.before else ())})
    if one.before is None:
        return f"{runs} run{'' if runs == 1 else 's'} planned"
    return f"{len(one.moves)} of {runs} run{'' if runs == 1 else 's'} move" if one.moves else "no run moves"


def _problems(one: Review) -> str:
    come, gone = len(one.come), len(one.gone)
    if not come and not gone:
        return "no problem comes or goes"
    comes = f"{come} problem{' comes' if come == 1 else 's come'}"
    if not gone:
        return comes
    goes = "goes" if gone == 1 else "go"
    return f"{comes}, {gone} {goes}" if come else f"{gone} problem{'' if gone == 1 else 's'} {goes}"


def dollars(one: CostChange | PartChange) -> str:
    """Returns a difference with its sign: +1.20 USD, -1.20 to +3.00 USD, no change, not known."""
    if isinstance(one, CostChange) and not one.is_change:
        return "no change"
    low, high = one.low, one.high
    if low is None:
        return "not known"
    if high is None:
        text = f"{_signed(low)} USD or more"
    else:
        ends = sorted((low, high))
        text = f"{_signed(low)} USD" if abs(high - low) < _SMALLEST else f"{_signed(ends[0])} to {_signed(ends[1])} USD"
    unknown = one.unknown if isinstance(one, CostChange) else ()
    return f"{text}, without {', '.join(unknown)}: not known" if unknown else text


def _signed(number: float) -> str:
    return f"{0.0 if abs(number) < _SMALLEST else number:+.2f}".replace("+0.00", "0.00")
