"""The entries of Spark 3.5's configuration, as its jars register them: names, defaults, versions and old names.

Source: org.apache.spark.internal.config and SparkConf, read by tools/update_spark_entries.py.
"""

from collections.abc import Mapping
from functools import cache

from emr_eks_placement.facts.shipped import shipped


def has_entry(name: str) -> bool:
    """Returns whether Spark has an entry of that name."""
    return name in shipped("spark_entries")["entries"]


def default_of(name: str) -> str | None:
    """Returns an entry's default as text; <value of NAME> if it is that of another entry; None without a default or
    entry."""
    entry: list[str | None] = shipped("spark_entries")["entries"].get(name, [None])
    return entry[0]


def version_of(name: str) -> tuple[int, ...]:
    """Returns the Spark version that added an entry; (0,) if there is no such entry."""
    entry = shipped("spark_entries")["entries"].get(name)
    return tuple(map(int, entry[1].split("."))) if entry and entry[1] else (0,)


@cache
def alternates() -> Mapping[str, str]:
    """Returns the old names of renamed entries with the new ones. An old name is still used if the new one is not set."""
    found: dict[str, str] = shipped("spark_entries")["alternates"]
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
