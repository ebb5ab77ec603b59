"""Holds what commands print as JSON against docs/schemas/output-1.json."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.unit.environments import REPOSITORY


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((REPOSITORY / "docs/schemas/output-1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    closed: dict[str, Any] = _closed(schema)
    return closed


def _closed(schema: Any) -> Any:
    """The schema without room for fields that it does not name: what is printed is documented."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **closed} if schema.get("type") == "object" else closed


def check_output(definition: str, printed: object) -> None:
    """Raises ValidationError unless it matches this definition of the schema, and has nothing more."""
    Draft202012Validator({**_schema(), "$ref": f"#/$defs/{definition}"}).validate(printed)
