"""The schema of a Pod that kubernetes-validate ships, and random pods by it, some values of which are of no such type."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from hypothesis import strategies as st
from kubernetes_validate.utils import all_versions

OLDEST = (1, 32)  # that EKS supports
SUPPORTED = [version for version in all_versions() if tuple(map(int, version.split(".")[:2])) >= OLDEST]
_DEEPEST = 7
_TEXTS = st.sampled_from(
    ["", "a", "A b", "1", "-1", "500m", "1Gi", "Exists", "In", "Gt", "Always", "x" * 300, "9" * 400]
)
_NUMBERS = st.sampled_from([0, 1, -1, 80, 70000, 2**31, 2**63, 10**30])
_KEYS = st.sampled_from(["a", "", "cpu", "memory", "nvidia.com/gpu", "app", "a b"])


@cache
def definitions(version: str) -> dict[str, Any]:
    """The types of the API by their full names."""
    schemas = files("kubernetes_validate").joinpath("kubernetes-json-schema")
    found: dict[str, Any] = json.loads(schemas.joinpath(f"v{version}-local-strict", "_definitions.json").read_text())[
        "$defs"
    ]
    return found


@st.composite
def by_schema(
    draw: st.DrawFn, schema: dict[str, Any], version: str, others: st.SearchStrategy[Any], depth: int = 0
) -> Any:
    """A value of the schema, or now and then nothing or one of the others; objects have some of their fields."""
    odd = draw(st.integers(0, 29)) if depth > 2 else 29
    if odd < 2:
        return None if odd else draw(others)
    if "$ref" in schema:
        schema = definitions(version)[schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        size = 0 if depth > _DEEPEST else draw(st.integers(0, 2))
        return [draw(by_schema(schema.get("items", {}), version, others, depth + 1)) for _ in range(size)]
    if kind == "object":
        return draw(_objects(schema, version, others, depth))
    return draw({"integer": _NUMBERS, "number": _NUMBERS, "boolean": st.booleans()}.get(kind, _TEXTS))


@st.composite
def _objects(draw: st.DrawFn, schema: dict[str, Any], version: str, others: st.SearchStrategy[Any], depth: int) -> Any:
    fields = schema.get("properties")
    if not fields:
        return {key: draw(_TEXTS) for key in draw(st.lists(_KEYS, max_size=2))}
    chosen = set(draw(st.lists(st.sampled_from(sorted(fields)), max_size=3))) if depth < _DEEPEST else set()
    if draw(st.integers(0, 9)):
        chosen |= set(schema.get("required", ()))
    return {name: draw(by_schema(fields[name], version, others, depth + 1)) for name in sorted(chosen)}
