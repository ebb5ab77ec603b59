"""The page of a review: one HTML file that needs nothing else."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from emr_eks_placement.common.errors import RuleError, dotted, printable, shown
from emr_eks_placement.review.picture.changed import by_effect
from emr_eks_placement.review.picture.found import staying, together
from emr_eks_placement.review.picture.map import maps_of, shipped
from emr_eks_placement.review.picture.matrix import matrix
from emr_eks_placement.review.picture.money import costs_of
from emr_eks_placement.review.picture.places import picture_of
from emr_eks_placement.review.picture.signs import NAMES
from emr_eks_placement.review.review import Review
from emr_eks_placement.review.words import summary

if TYPE_CHECKING:
    from jinja2 import Template

_STYLES = ("colors.css", "map.css", "page.css")
_LONGEST, _MOST_NOT_PLANNED = 400, 25  # characters of a reason, and runs, in the list of those that are not planned
_MOST_ACCESS = 12  # rights and rules that show without a click
_SCRIPT, _TEMPLATE = "filter.js", "page.html.j2"


def report(review: Review) -> str:
    """The page: what ends data or pods first, then problems, the map, every run, costs and resources.

    Text of the environment files and templates is escaped; control characters and marks that change the direction of text
    are written as Python does. Without the script, which is the search box, everything reads as well.
    """
    from markupsafe import Markup

    picture = picture_of(review.before, review.after)
    script = shipped(_SCRIPT)
    rows = matrix(review)
    is_change = review.before is not None
    return _template().render(
        review=review,
        is_change=is_change,
        title=_title(review),
        summary=summary(review),
        ends=[one for one in review.resources or () if one.ends_something],
        refusals=[_rule(one) for one in review.refusals],
        interruptions=[_rule(one) for one in review.interruptions],
        come=together(review.come),
        gone=together(review.gone),
        stay=staying(review) if is_change else together(()),
        not_planned=[(label, _cut(str(some[0]))) for label, some in review.after.not_planned.items()],
        most_not_planned=_MOST_NOT_PLANNED,
        most_access=_MOST_ACCESS,
        maps=[Markup(one) for one in maps_of(picture)] if picture is not None else [],  # noqa: S704 escaped by `drawn`
        changed_rows=[row for row in rows if row.changes],
        same_rows=[row for row in rows if not row.changes],
        costs=costs_of(review),
        effects=by_effect(review.resources or ()),
        names=NAMES,
        style=Markup("".join(map(shipped, _STYLES))),  # noqa: S704 of this package
        script=Markup(script),  # noqa: S704 of this package
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def _title(review: Review) -> str:
    if review.before is None:
        return f"Review of {review.after.label}"
    return f"Review of a change: {review.before.label} → {review.after.label}"


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _rule(one: RuleError) -> tuple[str, str, str]:
    """Its place and value, what holds, and the fix."""
    where = f"{dotted(one.path)} = {shown(one.value)}" if one.path else ""
    return where, one.rule, one.fix


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    return environment.from_string(shipped(_TEMPLATE))


def _finalized(value: object) -> object:
    """A value as a page has it: what is escaped later has no unprintable marks."""
    return value if hasattr(value, "__html__") else printable(str(value))
