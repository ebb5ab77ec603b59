"""Finds misspelled names of properties that decide pods."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from emr_eks_placement.facts.spark_entries import alternates, current_name
from emr_eks_placement.spark.effects import effect_of, names_that_matter


@lru_cache(maxsize=10_000)
def meant(name: str) -> str | None:
    """Returns the property that a plan reads and that is one edit away, ignoring case; None for a name that Spark has.

    An edit is an extra, missing, wrong or moved character. For labels and similar properties, only the part before the
    name of the label is compared.
    """
    if not name.startswith("spark.") or name in alternates() or effect_of(name):
        return None
    if name in names_that_matter():
        return None
    parts = name.split(".")
    for end in range(len(parts), 2, -1):
        tail = parts[end:]
        start = ".".join(parts[:end])
        known = _by_edit().get((bool(tail), start.lower())) or next(
            (found for one in _shorter(start.lower()) if (found := _by_edit().get((bool(tail), one)))), None
        )
        if known:
            return known + ".".join(tail)
    return None


@cache
def _by_edit() -> Mapping[tuple[bool, str], str]:
    """Returns the names, unchanged and with one character removed, with what follows each and the name itself."""
    found: dict[tuple[bool, str], str] = {}
    for name in sorted(
        {*names_that_matter(), *(old for old in alternates() if current_name(old) in names_that_matter())}
    ):
        family = name.endswith(".")
        text = name.removesuffix(".").lower()
        for one in (text, *_shorter(text)):
            found.setdefault((family, one), name)
    return found


def _shorter(text: str) -> Iterator[str]:
    """Yields the text with each of its characters left out."""
    return (text[:at] + text[at + 1 :] for at in range(len(text)))
