"""Spark's configuration entries, as the jars of Spark 3.5 register them: names, defaults, versions and old names.

Source: org.apache.spark.internal.config and SparkConf, read by tools/update_spark_entries.py.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def has_entry(name: str) -> bool:
    """Whether Spark has an entry of that name."""
    return name in _data()["entries"]


def entry_names() -> tuple[str, ...]:
    """Of all entries."""
    return tuple(_data()["entries"])


def default_of(name: str) -> str | None:
    """The default of an entry as text; <value of NAME> where it is that of another; None: no default or no such entry."""
    entry: list[str | None] = _data()["entries"].get(name, [None])
    return entry[0]


def version_of(name: str) -> tuple[int, ...]:
    """The Spark version that brought an entry; (0,) for what is no entry."""
    entry = _data()["entries"].get(name)
    return tuple(map(int, entry[1].split("."))) if entry and entry[1] else (0,)


@cache
def alternates() -> Mapping[str, str]:
    """Old names of renamed entries, which still count where the new name is not set, with the new ones."""
    found: dict[str, str] = _data()["alternates"]
    return found


def current_name(name: str) -> str:
    """The name under which Spark reads a property: the new one of an old name."""
    return alternates().get(name, name)


@cache
def old_names() -> Mapping[str, tuple[str, ...]]:
    """The old names of each renamed entry."""
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
