"""The schema of a Pod in each version of Kubernetes, as JSON Schema (draft 2020-12).

Source: kubernetes-validate 1.37.0 (Apache-2.0), v*-local-strict, which is Kubernetes' own OpenAPI description
(Apache-2.0) and refuses unknown fields. tools/update_facts.py reads it, without descriptions and without data for
kubectl apply.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def versions() -> tuple[str, ...]:
    """Returns the known versions, such as 1.35, oldest first."""
    return tuple(_data()["versions"])


@cache
def schema_of(version: str) -> Mapping[str, Any]:
    """Returns the schema of a known version; its references are in its $defs."""
    known = versions()
    parts = {}
    for name, forms in _data()["parts"].items():
        current = [form for since, form in forms if known.index(since) <= known.index(version)]
        if current and current[-1] is not None:
            parts[name] = current[-1]
    return {**parts.pop("Pod"), "$defs": parts}


@cache
def _data() -> dict[str, Any]:
    """Returns each part of the schema from a version on; null from the version where Pods no longer have it."""
    data: dict[str, Any] = json.loads(
        files("emr_eks_placement.facts").joinpath("data/pod_schemas.json").read_text(encoding="utf-8")
    )
    return data
