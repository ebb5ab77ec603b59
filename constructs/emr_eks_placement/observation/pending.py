"""Why a pod does not run, as the scheduler or the kubelet reports it."""

from collections.abc import Iterator

from emr_eks_placement.common.document_field import Field

# Reasons of waiting containers that are normal (kubelet).
_ON_ITS_WAY = ("ContainerCreating", "PodInitializing")


def why_pending(pod: Field) -> str:
    """Returns the scheduler's message, or what a container waits for. Raises RuleError for malformed data."""
    status = pod["status"]
    for condition in status["conditions"].items():
        if condition["type"].known_text() == "PodScheduled" and condition["status"].known_text() == "False":
            return _told(condition, "not scheduled")
    waiting = list(_waiting(status))
    if waiting:
        return waiting[0]
    if status["reason"].value or status["message"].value:
        return _told(status, "pending")
    if pod["spec"]["nodeName"].value:
        return "on its node, its containers do not run yet"
    return "not scheduled yet"


def _waiting(status: Field) -> Iterator[str]:
    """Yields what containers wait for other than their creation, init containers first."""
    for key in ("initContainerStatuses", "containerStatuses"):
        for one in status[key].items():
            waiting = one["state"]["waiting"]
            if waiting.value is not None and waiting["reason"].known_text() not in _ON_ITS_WAY:
                yield f"container {one['name'].text('')}: {_told(waiting, 'waiting')}"


def _told(what: Field, otherwise: str) -> str:
    parts = (what["reason"].known_text(), what["message"].known_text())
    return ": ".join(part for part in parts if part) or otherwise
