"""Label selectors and field selectors in the API's query syntax."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.kubernetes.status import ApiError, JsonObject

_COMMA_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")
_EQUALITY = re.compile(r"^(?P<key>[^=!\s()]+)\s*(?P<operator>==|=|!=)\s*(?P<value>[^=!\s()]*)$")
_SET = re.compile(r"^(?P<key>[^=!\s()]+)\s+(?P<operator>in|notin)\s+\((?P<values>[^()]*)\)$")
_EXISTENCE = re.compile(r"^(?P<absent>!?)\s*(?P<key>[^=!\s()]+)$")

_SUPPORTED_FIELDS = ("metadata.name", "metadata.namespace", "spec.nodeName", "status.phase", "type")


@dataclass(frozen=True)
class LabelRequirement:
    """One term of a label selector: the label `key` is (or, if `negated`, is not) one of `values`.

    `values` None asks only whether the label exists.
    """

    key: str
    values: frozenset[str] | None
    negated: bool

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Returns whether labels meet this requirement; as in Kubernetes, an absent label meets `!=` and `notin`."""
        found = self.key in labels if self.values is None else labels.get(self.key) in self.values
        return found != self.negated


@dataclass(frozen=True)
class Selector:
    """A label selector and a field selector; both must match."""

    labels: tuple[LabelRequirement, ...] = ()
    fields: tuple[tuple[str, str, bool], ...] = ()

    def matches(self, manifest: JsonObject) -> bool:
        """Returns whether the object is selected."""
        labels = manifest.get("metadata", {}).get("labels") or {}
        if not all(requirement.matches(labels) for requirement in self.labels):
            return False
        return all((_field(manifest, path) == value) != negated for path, value, negated in self.fields)


def parse_selector(label_selector: str, field_selector: str) -> Selector:
    """Returns a selector from the query parameters `labelSelector` and `fieldSelector`; empty text selects everything.

    Raises ApiError 400 for text the API server would refuse.
    """
    labels = tuple(_label_requirement(term) for term in _terms(label_selector))
    fields = tuple(_field_requirement(term) for term in _terms(field_selector))
    return Selector(labels, fields)


def _terms(text: str) -> list[str]:
    return [term.strip() for term in _COMMA_OUTSIDE_PARENTHESES.split(text)] if text.strip() else []


def _label_requirement(term: str) -> LabelRequirement:
    if match := _EQUALITY.match(term):
        return LabelRequirement(match["key"], frozenset([match["value"]]), negated=match["operator"] == "!=")
    if match := _SET.match(term):
        values = frozenset(value.strip() for value in match["values"].split(","))
        return LabelRequirement(match["key"], values, negated=match["operator"] == "notin")
    if match := _EXISTENCE.match(term):
        return LabelRequirement(match["key"], None, negated=match["absent"] == "!")
    raise ApiError(400, f"unable to parse requirement {term!r} of the label selector")


def _field_requirement(term: str) -> tuple[str, str, bool]:
    match = _EQUALITY.match(term)
    if match is None:
        raise ApiError(400, f"unable to parse requirement {term!r} of the field selector")
    if match["key"] not in _SUPPORTED_FIELDS:
        raise ApiError(400, f"field label not supported: {match['key']}")
    return match["key"], match["value"], match["operator"] == "!="


def _field(manifest: JsonObject, path: str) -> str:
    value: object = manifest
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
