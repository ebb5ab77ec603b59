"""Answers to CloudFormation's requests to a custom resource."""

import json
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_LONGEST_REASON = 2000  # characters; of the 4096 bytes of an answer (CloudFormation guide, custom resource responses)


@dataclass(frozen=True)
class Made:
    """The result of a request: its physical id and attributes."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def answer(event: Mapping[str, Any], act: Callable[[], Made]) -> None:
    """Handles a request and sends CloudFormation the result, also of any error: without an answer, it waits for the
    time-out."""
    try:
        made = act()
        outcome: dict[str, Any] = {
            "Status": "SUCCESS",
            "PhysicalResourceId": made.physical_id,
            "Data": dict(made.attributes),
        }
    except Exception as error:  # noqa: BLE001 - whatever it was, the deployment must end with it
        reason = f"{type(error).__name__}: {error}"
        print(reason)  # noqa: T201 - the function's log
        # An id that CloudFormation does not have yet: the deletion after a failed creation must recognize it.
        physical_id = event.get("PhysicalResourceId") or f"failed-{event['RequestId']}"
        outcome = {"Status": "FAILED", "Reason": reason[:_LONGEST_REASON], "PhysicalResourceId": physical_id}
    outcome |= {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned URL
        event["ResponseURL"], data=json.dumps(outcome).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - the same URL
        pass
