"""Single values as the Kubernetes API takes them, and the part of a pod that a rule looks at.

Source: kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/validation; the rules that use them name their own
function in brackets.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.quantities import parse_quantity

Refusals = Iterator[RuleError]
Check = Callable[["Part"], Refusals]

MOST_INT32 = 2**31 - 1
_PORTS = (1, 65535)
_LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9](?!.*--)([-a-z0-9]{0,13}[a-z0-9])?")
_KEY_OF_DATA = re.compile(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}")


class Part(NamedTuple):
    """A value in a pod and its place; what is not there has the value None."""

    path: FieldPath
    value: Any

    def field(self, name: str) -> "Part":
        """A field of it."""
        return Part((*self.path, name), (self.value or {}).get(name))

    def at(self, *names: str) -> "Part":
        """A field of a field."""
        part = self
        for name in names:
            part = part.field(name)
        return part

    def each(self, *names: str) -> Iterator["Part"]:
        """The entries of the list or the mapping in a field."""
        held = self.at(*names)
        entries = held.value.items() if isinstance(held.value, dict) else enumerate(held.value or ())
        return (Part((*held.path, key), entry) for key, entry in entries)

    def refused(self, rule: str, fix: str = "Correct the value", source: str = "") -> RuleError:
        """That the API refuses it by that rule; source: the function that holds it."""
        return RuleError(self.value, f"{rule} (Kubernetes API{source and f', {source}'})", fix, path=self.path)


def check_fields(part: Part, checks: Mapping[str, Check]) -> Refusals:
    """Of the fields that are set; the API takes an empty text for one that is not."""
    for name, value in (part.value or {}).items():
        check = checks.get(name)
        if check and value is not None and value != "":
            yield from check(Part((*part.path, name), value))


def required(part: Part, *names: str) -> Refusals:
    """The fields that have to be set and are not."""
    value = part.value or {}
    for name in names:
        if value.get(name) in (None, "", [], {}):
            yield part.field(name).refused("is required", "Add it")


def unique(parts: Iterator[Part], what: str) -> Refusals:
    """The later ones of equal values."""
    seen: set[object] = set()
    for part in parts:
        if part.value in seen:
            yield part.refused(f"{what} is there twice", "Rename or remove one")
        seen.add(part.value)


def one_of(*allowed: str) -> Check:
    """One of these texts."""

    def check(part: Part) -> Refusals:
        if part.value not in allowed:
            yield part.refused(f"must be {' or '.join(allowed)}", "Write one of these")

    return check


def within(least: int, most: int = MOST_INT32) -> Check:
    """A whole number from least to most."""

    def check(part: Part) -> Refusals:
        if not least <= part.value <= most:
            bound = f"must be from {least} to {most}" if most < MOST_INT32 else f"must be at least {least}"
            yield part.refused(bound if part.value < least or most < MOST_INT32 else f"must be at most {most}")

    return check


def _like(pattern: re.Pattern[str], rule: str, longest: int = _LONGEST_NAME) -> Check:
    def check(part: Part) -> Refusals:
        if len(part.value) > longest or not pattern.fullmatch(part.value):
            yield part.refused(rule, "Rename it")

    return check


dns_label = _like(_LABEL, "must be a DNS label: 1 to 63 of a-z, 0-9 and -, between letters or digits")
dns_name = _like(_SUBDOMAIN, "must be a DNS name: at most 253 of a-z, 0-9, - and ., between letters or digits")
data_key = _like(_KEY_OF_DATA, "must be a key of a ConfigMap or Secret: of letters, digits, -, _ and .")
port_name = _like(_PORT_NAME, "must be a port's name: at most 15 of a-z, 0-9 and single -, with a letter", 15)


def port(part: Part) -> Refusals:
    """A port, by number or name."""
    yield from within(*_PORTS)(part) if isinstance(part.value, int) else port_name(part)


def label_key(part: Part) -> Refusals:
    """The key of a label, or another qualified name."""
    yield from _by_rule(part, kubernetes.check_label_key)


def label_value(part: Part) -> Refusals:
    """The value of a label."""
    yield from _by_rule(part, kubernetes.check_label_value)


def quantity(part: Part) -> Refusals:
    """An amount that is not negative."""
    yield from _by_rule(part, parse_quantity)


def _by_rule(part: Part, rule: Callable[[str], object]) -> Refusals:
    try:
        rule(part.value)
    except RuleError as broken:
        yield broken.below(*part.path)


def address(part: Part) -> Refusals:
    """An IP address."""
    try:
        ipaddress.ip_address(re.sub(r"(?<![0-9a-fA-F:])0+(?=[0-9])", "", part.value))
    except ValueError:
        yield part.refused("must be an IP address", "Write for example 10.1.2.3")


def relative_path(part: Part) -> Refusals:
    """A path below another."""
    if part.value.startswith("/"):
        yield part.refused("must be a relative path")
    yield from no_step_back(part)


def absolute_path(part: Part) -> Refusals:
    """A path from the root."""
    if not part.value.startswith("/"):
        yield part.refused("must be an absolute path")


def no_step_back(part: Part) -> Refusals:
    """A path without `..`."""
    if ".." in part.value.split("/"):
        yield part.refused("must not contain '..'")


def only_one(part: Part, names: Collection[str], what: str, *, needed: bool = True) -> Refusals:
    """One of these fields is set; needed: not none."""
    given = [name for name in names if part.field(name).value is not None]
    if len(given) > 1:
        yield part.field(given[1]).refused(f"{what} is one of {' and '.join(given)}", "Keep one")
    if needed and not given:
        yield part.refused(f"{what} is missing: one of {', '.join(names)}", "Add one")
