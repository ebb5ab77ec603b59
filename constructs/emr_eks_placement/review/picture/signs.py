"""How a change is marked: by a sign, which colors repeat."""

from typing import Literal

Sign = Literal["", "+", "-", "~"]
ADDED: Sign = "+"
REMOVED: Sign = "-"
CHANGED: Sign = "~"
SAME: Sign = ""

NAMES: dict[Sign, str] = {SAME: "same", ADDED: "added", REMOVED: "removed", CHANGED: "changed"}
"""Of each sign, as classes of style sheets and as words."""


def sign_of(before: object, after: object) -> Sign:
    """Of a thing before and after; None: not there."""
    if before == after:
        return SAME
    if before is None:
        return ADDED
    return REMOVED if after is None else CHANGED
