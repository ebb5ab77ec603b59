"""The names of what a run has logged: how they are built, and which kinds of pod have logged nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.emr.logs import container_log
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.observation.containers import containers_of
from emr_eks_placement.observation.difference import Difference


def roles_that_log(manifests: Mapping[Role, Mapping[str, Any]]) -> list[Role]:
    """Those whose pods have EMR's logging sidecar."""
    return [
        role
        for role, manifest in manifests.items()
        if any(one.name == emr.LOGGING_SIDECAR for one in containers_of(Field(manifest)["spec"]))
    ]


def roles_logged(paths: Iterable[str]) -> set[Role]:
    """Those whose logs are among the paths below a run's prefix."""
    return {log.role for path in paths if (log := container_log("", path)) is not None}


def log_differences(
    manifests: Mapping[Role, Mapping[str, Any]], paths: Mapping[str, Sequence[str]]
) -> Iterator[Difference]:
    """Kinds of pod that have logged nothing, and names that are no known ones; paths: below a run's prefix, by service."""
    for service, some in paths.items():
        logged = roles_logged(some)
        for role in roles_that_log(manifests):
            if role not in logged:
                yield Difference("logs", "warning", f"nothing of it came to {service}", role)
        for path in some:
            if container_log("", path) is None:
                yield Difference("logs", "warning", f"{service} has {path}, which is no name known here")


def log_names(paths: Iterable[str]) -> dict[str, list[str]]:
    """How the names are built, by role of the pod, `other` for those that are not known: POD stands for a pod's name and
    APPLICATION for that of the Spark application.
    """
    found: dict[str, set[str]] = {}
    for path in paths:
        log = container_log("", path)
        if log is None:
            found.setdefault("other", set()).add(path)
            continue
        section, *folders, file = path.split("/")
        folders = [*("APPLICATION" for _ in folders[:-1]), "POD"]
        found.setdefault(log.role, set()).add("/".join((section, *folders, file)))
    return {role: sorted(found[role]) for role in (*ROLES, "other") if role in found}
