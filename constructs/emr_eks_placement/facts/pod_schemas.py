"""The schema of a Pod in each version of Kubernetes, as JSON Schema (draft 2020-12).

Source: kubernetes-validate 1.37.0 (Apache-2.0), v*-local-strict, which is Kubernetes' own OpenAPI description (Apache-2.0)
without fields that are not named; read by tools/update_facts.py, without descriptions and what only kubectl apply reads.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def versions() -> tuple[str, ...]:
    """The versions that are known, such as 1.35, from the oldest."""
    return tuple(_data()["versions"])


@cache
def schema_of(version: str) -> Mapping[str, Any]:
    """Of a known version; what it refers to is in its $defs."""
    known = versions()
    parts = {}
    for name, forms in _data()["parts"].items():
        current = [form for since, form in forms if known.index(since) <= known.index(version)]
        if current and current[-1] is not None:
            parts[name] = current[-1]
    return {**parts.pop("Pod"), "$defs": parts}


@cache
def _data() -> dict[str, Any]:
    """Each part as it is from a version on, or null from where the Pod is without it."""
    data: dict[str, Any] = json.loads(
        files("emr_eks_placement.facts").joinpath("data/pod_schemas.json").read_text(encoding="utf-8")
    )
    return data
