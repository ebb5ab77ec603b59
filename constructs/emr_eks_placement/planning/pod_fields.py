"""Every field of a pod, and how a plan handles it: modeled, irrelevant to placement, refused, or reported by a warning.

The fields are those of the Kubernetes API's schema from 1.32 on, the oldest version that EKS supports; a test compares
them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.facts.shipped import shipped
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.problems import Problem

How = Literal["modelled", "harmless", "refused", "warned"]


@dataclass(frozen=True)
class Handling:
    """How a plan handles a field.

    why: what models or refuses it, why it is irrelevant, or what it can change; code: of the warning; below: the type
    of its content, whose fields are in the table too.
    """

    how: How
    why: str
    code: str = ""
    below: str = ""


FIELDS: Mapping[str, Mapping[str, Handling]] = MappingProxyType(
    {
        kind: {
            name: Handling(row["how"], row["why"], row.get("code", ""), row.get("below", ""))
            for row in rows
            for name in row["fields"]
        }
        for kind, rows in shipped("pod_fields").items()
    }
)


def problems_of_fields(role: Role, spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields what the pod's fields can change that a plan does not model."""
    for path, value, handling in _warned_fields(spec, "PodSpec", ("spec",)):
        field = path[-1]
        what = f"{field} is {value}" if isinstance(value, str) else f"it has {field}: {handling.why}"
        yield Problem(handling.code, role, what, path, value)


def _warned_fields(part: Any, kind: str, path: FieldPath) -> Iterator[tuple[FieldPath, Any, Handling]]:
    """Yields the fields with a warning that are set in this part and in its content, by the table."""
    known = FIELDS[kind]
    for name, value in part.items():
        handling = known.get(name)
        if handling is None or value is None or value == "":
            continue
        if handling.how == "warned":
            yield (*path, name), value, handling
        if handling.below:
            entries = enumerate(value) if isinstance(value, list) else ()
            for index, entry in entries:
                yield from _warned_fields(entry, handling.below, (*path, name, index))
            if isinstance(value, Mapping):
                yield from _warned_fields(value, handling.below, (*path, name))
