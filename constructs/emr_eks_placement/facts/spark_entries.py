"""The entries of Spark 3.5's configuration, as its jars register them: names, defaults, versions and old names.

Source: org.apache.spark.internal.config and SparkConf, read by tools/update_spark_entries.py.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def has_entry(name: str) -> bool:
    """Returns whether Spark has an entry of that name."""
    return name in _data()["entries"]


def entry_names() -> tuple[str, ...]:
    """Returns the names of all entries."""
    return tuple(_data()["entries"])


def default_of(name: str) -> str | None:
    """Returns an entry's default as text; <value of NAME> if it is that of another entry; None without a default or
    entry."""
    entry: list[str | None] = _data()["entries"].get(name, [None])
    return entry[0]


def version_of(name: str) -> tuple[int, ...]:
    """Returns the Spark version that added an entry; (0,) if there is no such entry."""
    entry = _data()["entries"].get(name)
    return tuple(map(int, entry[1].split("."))) if entry and entry[1] else (0,)


@cache
def alternates() -> Mapping[str, str]:
    """Returns the old names of renamed entries with the new ones. An old name is still used if the new one is not set."""
    found: dict[str, str] = _data()["alternates"]
    return found


def current_name(name: str) -> str:
    """Returns the name with which Spark reads a property: the new one of an old name."""
    return alternates().get(name, name)


@cache
def old_names() -> Mapping[str, tuple[str, ...]]:
    """Returns the old names of each renamed entry."""
    found: dict[str, tuple[str, ...]] = {}
    for old, new in alternates().items():
        found[new] = (*found.get(new, ()), old)
    return found


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(
        files("emr_eks_placement.facts").joinpath("data/spark_entries.json").read_text(encoding="utf-8")
    )
    return data
