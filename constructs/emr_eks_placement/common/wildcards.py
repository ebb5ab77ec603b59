"""Patterns in which * matches any characters and ? one, as in Fargate profiles' selectors and IAM's StringLike."""

import re
from functools import cache


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """What is between two stars is taken where it comes first and never again (an atomic group, as in fnmatch): a pattern of
    many stars takes no longer than one of few.
    """
    first, *others = (_literal(part) for part in re.split(r"\*+", text))
    if not others:
        return re.compile(first, re.DOTALL)
    *between, last = others
    return re.compile(f"{first}{''.join(f'(?>.*?{part})' for part in between)}.*{last}", re.DOTALL)


def _literal(part: str) -> str:
    return "".join("." if mark == "?" else re.escape(mark) for mark in part)


def matches(pattern: str, text: str) -> bool:
    """Returns whether the whole text matches the pattern."""
    return _pattern(pattern).fullmatch(text) is not None


def is_pattern(text: str) -> bool:
    """Returns whether the text has a wildcard."""
    return "*" in text or "?" in text
