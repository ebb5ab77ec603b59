"""Patterns in which * matches any characters and ? one, as in Fargate profiles' selectors and IAM's StringLike."""

import re
from functools import cache


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(mark, re.escape(mark)) for mark in text), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Returns whether the whole text matches the pattern."""
    return _pattern(pattern).fullmatch(text) is not None


def is_pattern(text: str) -> bool:
    """Returns whether the text has a wildcard."""
    return "*" in text or "?" in text
