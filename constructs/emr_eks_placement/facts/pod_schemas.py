"""The schema of a Pod in each version of Kubernetes, as JSON Schema (draft 2020-12).

Source: kubernetes-validate 1.37.0 (Apache-2.0), v*-local-strict, which is Kubernetes' own OpenAPI description
(Apache-2.0) and refuses unknown fields. tools/update_facts.py reads it, without descriptions and without data for
kubectl apply.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from emr_eks_placement.facts.shipped import shipped


@cache
def versions() -> tuple[str, ...]:
    """Returns the known versions, such as 1.35, oldest first."""
    return tuple(shipped("pod_schemas")["versions"])


@cache
def schema_of(version: str) -> Mapping[str, Any]:
    """Returns the schema of a known version; its references are in its $defs.

    The data has each part of the schema from a version on; null from the version where Pods no longer have it.
    """
    known = versions()
    parts = {}
    for name, forms in shipped("pod_schemas")["parts"].items():
        current = [form for since, form in forms if known.index(since) <= known.index(version)]
        if current and current[-1] is not None:
            parts[name] = current[-1]
    return {**parts.pop("Pod"), "$defs": parts}
