"""Converts a StartJobRun request to the form of Step Functions and EventBridge Scheduler."""

from collections.abc import Mapping
from typing import Any

_DATA = ("properties", "tags")  # their keys are no members


def capitalized(request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the request with its member names in PascalCase, as service integrations of Step Functions and universal
    targets of EventBridge Scheduler require (Step Functions guide, passing parameters to a service API; Scheduler
    guide, universal targets). Keys of properties and tags do not change."""
    return {name[:1].upper() + name[1:]: value if name in _DATA else _inside(value) for name, value in request.items()}


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return capitalized(value)
    return [_inside(one) for one in value] if isinstance(value, list | tuple) else value
