"""The Kubernetes API's rules for single values, and the part of a pod that a rule checks.

Source: kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/validation; rules that use them name their own
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
    """A value in a pod and its path. A missing value is None."""

    path: FieldPath
    value: Any

    def field(self, name: str) -> "Part":
        """Returns a field of it."""
        return Part((*self.path, name), (self.value or {}).get(name))

    def at(self, *names: str) -> "Part":
        """Returns a field of a field."""
        part = self
        for name in names:
            part = part.field(name)
        return part

    def each(self, *names: str) -> Iterator["Part"]:
        """Yields the entries of the list or the mapping in a field."""
        held = self.at(*names)
        entries = held.value.items() if isinstance(held.value, dict) else enumerate(held.value or ())
        return (Part((*held.path, key), entry) for key, entry in entries)

    def refused(self, rule: str, fix: str = "Correct the value", source: str = "") -> RuleError:
        """Returns the refusal by that rule. source: the function that contains it."""
        return RuleError(self.value, f"{rule} (Kubernetes API{source and f', {source}'})", fix, path=self.path)


def check_fields(part: Part, checks: Mapping[str, Check]) -> Refusals:
    """Checks the fields that are set; for the API an empty text is not set."""
    for name, value in (part.value or {}).items():
        check = checks.get(name)
        if check and value is not None and value != "":
            yield from check(Part((*part.path, name), value))


def required(part: Part, *names: str) -> Refusals:
    """Returns the required fields that are not set."""
    value = part.value or {}
    for name in names:
        if value.get(name) in (None, "", [], {}):
            yield part.field(name).refused("is required", "Add it")


def unique(parts: Iterator[Part], what: str) -> Refusals:
    """Returns the repetitions of equal values."""
    seen: set[object] = set()
    for part in parts:
        if part.value in seen:
            yield part.refused(f"{what} appears twice", "Rename or remove one")
        seen.add(part.value)


def one_of(*allowed: str) -> Check:
    """Checks that it is one of these texts."""

    def check(part: Part) -> Refusals:
        if part.value not in allowed:
            yield part.refused(f"must be {' or '.join(allowed)}", "Write one of these")

    return check


def within(least: int, most: int = MOST_INT32) -> Check:
    """Checks that it is a whole number from least to most."""

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
    """Checks that it is a port, by number or name."""
    yield from within(*_PORTS)(part) if isinstance(part.value, int) else port_name(part)


def label_key(part: Part) -> Refusals:
    """Checks that it is the key of a label, or another qualified name."""
    yield from _by_rule(part, kubernetes.check_label_key)


def label_value(part: Part) -> Refusals:
    """Checks that it is the value of a label."""
    yield from _by_rule(part, kubernetes.check_label_value)


def quantity(part: Part) -> Refusals:
    """Checks that it is an amount that is not negative."""
    yield from _by_rule(part, parse_quantity)


def _by_rule(part: Part, rule: Callable[[str], object]) -> Refusals:
    try:
        rule(part.value)
    except RuleError as broken:
        yield broken.below(*part.path)


def address(part: Part) -> Refusals:
    """Checks that it is an IP address."""
    try:
        ipaddress.ip_address(re.sub(r"(?<![0-9a-fA-F:])0+(?=[0-9])", "", part.value))
    except ValueError:
        yield part.refused("must be an IP address", "Write for example 10.1.2.3")


def relative_path(part: Part) -> Refusals:
    """Checks that it is a path below another."""
    if part.value.startswith("/"):
        yield part.refused("must be a relative path")
    yield from no_step_back(part)


def absolute_path(part: Part) -> Refusals:
    """Checks that it is a path from the root."""
    if not part.value.startswith("/"):
        yield part.refused("must be an absolute path")


def no_step_back(part: Part) -> Refusals:
    """Checks that the path has no `..`."""
    if ".." in part.value.split("/"):
        yield part.refused("must not contain '..'")


def only_one(part: Part, names: Collection[str], what: str, *, needed: bool = True) -> Refusals:
    """Checks that at most one of these fields is set. needed: exactly one."""
    given = [name for name in names if part.field(name).value is not None]
    if len(given) > 1:
        yield part.field(given[1]).refused(f"{what} is one of {' and '.join(given)}", "Keep one")
    if needed and not given:
        yield part.refused(f"{what} is missing: one of {', '.join(names)}", "Add one")
