"""Resolves properties as Spark does: old names of entries, and references to other properties in values.

Source: apache/spark, SparkConf.getDeprecatedConfig, ConfigEntry.readString and ConfigReader.substitute.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.spark_entries import alternates, default_of, has_entry, old_names

_REFERENCE = re.compile(r"\$\{(?:(\w+?):)?(\S+?)\}", re.ASCII)
_FALLBACK = re.compile(r"<value of (\S+)>")
# Values of Spark's container, which are not known before the run.
_OUTSIDE = ("env", "system")
# What spark-submit checks as written, before it resolves references (SparkSubmitArguments).
_TAKEN_AS_WRITTEN = frozenset(
    {
        *(f"spark.{role}.{kind}" for role in ("driver", "executor") for kind in ("cores", "memory")),
        "spark.executor.instances",
    }
)
_BLANKS = "".join(map(chr, range(ord(" ") + 1)))  # what Java's String.trim removes


@dataclass(frozen=True)
class Resolved:
    """Properties with the names and values that Spark uses.

    old_names: the names of those that were set with an old one; unknown: those whose value depends on Spark's
    container, with the reference, such as env:HOME; they are not in the properties.
    """

    properties: Mapping[str, str]
    old_names: Mapping[str, str]
    unknown: Mapping[str, str]


class _OutsideError(Exception):
    """A reference to the environment or to a property of the JVM."""


def trimmed(properties: Mapping[str, str]) -> dict[str, str]:
    """Returns properties as Spark reads them from a file: without blanks around values (Utils.getPropertiesFromFile)."""
    return {name: value.strip(_BLANKS) for name, value in properties.items()}


def resolved(written: Mapping[str, str]) -> Resolved:
    """Returns the resolved properties. Raises RuleError, with the property as path, for a circular reference."""
    properties, old = dict(written), {}
    for name in alternates().keys() & written.keys():
        new = alternates()[name]
        if new not in written:
            properties[new], old[new] = written[name], name
    unknown = {}
    for name, value in list(properties.items()):
        if "${" not in value or name in _TAKEN_AS_WRITTEN or not has_entry(name):
            continue
        try:
            properties[name] = _substituted(value, written, frozenset())
        except _OutsideError as outside:
            unknown[name] = str(outside)
            del properties[name]
        except RuleError as broken:
            raise broken.below(old.get(name, name)) from None
    return Resolved(properties, old, unknown)


def _substituted(text: str, written: Mapping[str, str], used: frozenset[str]) -> str:
    def value_of(reference: re.Match[str]) -> str:
        kind, name = reference.groups()
        whole = f"{kind}:{name}" if kind else name
        if whole in used:
            raise RuleError(text, f"${{{whole}}} refers to itself (Spark ConfigReader)", "Write the value")
        if kind in _OUTSIDE:
            raise _OutsideError(whole)
        found = None if kind else _value(name, written)
        return reference[0] if found is None else _substituted(found, written, used | {whole})

    return _REFERENCE.sub(value_of, text)


def _value(name: str, written: Mapping[str, str]) -> str | None:
    """Returns a property by its name or an old one, or the default of its entry."""
    if not name.startswith("spark."):
        return None
    found = next((written[one] for one in (name, *old_names().get(name, ())) if one in written), None)
    if found is not None:
        return found
    default = default_of(name)
    fallback = _FALLBACK.fullmatch(default or "")
    return _value(fallback[1], written) if fallback else default
